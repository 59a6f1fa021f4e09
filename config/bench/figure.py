import json
from collections.abc import Mapping
from dataclasses import dataclass, field


class WrongResult(Exception):
    """The two sides did not do the same work: there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a benchmark found: our value beside the limit that was measured in the same run."""

    bench: str
    accounts: int
    unit: str
    value: float
    limit: float
    more_is_better: bool
    # What else a benchmark has to say, in the same object.
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times slower than the limit."""
        return self.limit / self.value if self.more_is_better else self.value / self.limit

    def as_json(self) -> str:
        return json.dumps(
            {
                "bench": self.bench,
                "accounts": self.accounts,
                "unit": self.unit,
                "value": round(self.value, 3),
                "limit": round(self.limit, 3),
                "ratio": round(self.ratio, 3),
                **self.more,
            }
        )
