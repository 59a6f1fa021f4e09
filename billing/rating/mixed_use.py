"""Mixed use (混合用水): one meter, several categories by agreed ratio (C11)."""

from collections.abc import Iterator
from decimal import Decimal

from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.usage import ONE, MixShare, Volume
from billing.rating.volumes import cut, ratio_of

Mix = tuple[MixShare, ...]


def check_mix(mix: Mix) -> None:
    if sum((share.ratio for share in mix), Decimal(0)) != 1 or len({share.category for share in mix}) != len(
        mix
    ):
        raise UsageRefused(
            gettext_noop("The ratios of mixed use must name each category once and sum to 1."), code="mix"
        )  # fmt: skip


def mixed_volumes(volume: Volume, mix: Mix) -> Iterator[tuple[str, Volume]]:
    """Every category but the last in whole units, the remainder to the last."""
    check_mix(mix)
    parts = cut(volume, [ratio_of(share.ratio, ONE) for share in mix[:-1]])
    return zip((share.category for share in mix), parts, strict=True)
