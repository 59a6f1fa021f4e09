"""From work done to pay: points are workload × quality, and a pool is split by points to the fen."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from billing.money import NO_MONEY, split_money
from service_quality.assessment.quality import WHOLE
from service_quality.rounding import to_hundredths

Who = TypeVar("Who", bound=tuple[int, ...])


def workload_of(counts: Iterable[tuple[int, Decimal]]) -> Decimal:
    """Σ count × weight of the kind of business. Source: domain.md 4.5.1."""
    return to_hundredths(sum((count * weight for count, weight in counts), Decimal(0)))


def points_of(workload: Decimal, quality: Decimal) -> Decimal:
    """Workload × quality, where a quality of 100 counts the whole of it."""
    return to_hundredths(workload * quality / WHOLE)


def split_pool(amount: Decimal, points: Mapping[Who, Decimal]) -> dict[Who, Decimal]:
    """Split a pool by points: the shares sum to the pool to the fen, whatever the order they are handed in.

    The fen that are left go to the largest remainders; equal remainders to the smaller key. Where nobody has
    points nobody gets anything, and the pool stays whole.
    """
    keys = sorted(points)
    if not any(points.values()):
        return dict.fromkeys(keys, NO_MONEY)
    return dict(zip(keys, split_money(amount, [points[key] for key in keys]), strict=True))
