from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file of tariffs: which tariff, which field, why."""

    tariff: str
    field: str
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.tariff} {self.field}: {self.sentence}".replace(" :", ":")
