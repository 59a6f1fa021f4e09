"""Chance that can be repeated: the same seed and purpose always throw the same dice."""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

Choice = TypeVar("Choice")


class Chance(random.Random):
    """Dice of one part of the company, so that a change in one part leaves the others as they were."""

    def __init__(self, seed: int, purpose: str) -> None:
        super().__init__(f"{seed}/{purpose}")

    def happens(self, share: float) -> bool:
        return self.random() < share

    def one_of(self, weights: Mapping[Choice, float]) -> Choice:
        return self.choices(list(weights), list(weights.values()))[0]

    def around(self, median: float, spread: float) -> float:
        """A log-normal figure: half lie below the median."""
        return self.lognormvariate(0, spread) * median

    def digits(self, count: int) -> str:
        return f"{self.randrange(10**count):0{count}}"

    def money(self, least: int, most: int) -> Decimal:
        """Whole fen between two amounts of yuan."""
        return Decimal(self.randint(least * 100, most * 100)).scaleb(-2)

    def uuid(self) -> UUID:
        return UUID(int=self.getrandbits(128), version=4)
