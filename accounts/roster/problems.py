from typing import NamedTuple


class Problem(NamedTuple):
    """One reason why a row cannot be imported. `column` is the heading, where one cell is to blame."""

    row: int
    column: str
    sentence: str
    code: str

    def __str__(self) -> str:
        return f"{self.column}: {self.sentence}" if self.column else self.sentence
