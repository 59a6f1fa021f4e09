"""Small tariffs for tests: literals stay in the test, the frame around them here."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.rating import Facts, MixShare, Proration, Rated, RatedLine, Tariff, Usage, compile_tariff
from billing.rating.plain import plain

Json = dict[str, Any]
RESIDENT = Facts("resident", persons=3)


def component(unit_price: str | list[str], code: str = "supply", **more: Any) -> Json:
    return {"code": code, "name_zh": "基本水价", "unit_price": unit_price, **more}


def tiered(upto: list[str], prices: list[str], period: str = "calendar_year", **more: Any) -> Json:
    return {"tier_period": period, "tier_upto": upto, "components": [component(prices)], **more}


def flat(price: str, **more: Any) -> Json:
    return {"components": [component(price)], **more}


def definition(category: Json, **more: Any) -> Json:
    return {
        "unit": "m3",
        "versions": [{"effective_from": "2020-01-01", "categories": {"resident": category}}],
        **more,
    }


def tariff(category: Json, **more: Any) -> Tariff:
    return compile_tariff(definition(category, **more))


def two_versions(old: Json, new: Json, rule: str, new_from: str = "2025-07-01") -> Tariff:
    return compile_tariff(
        {
            "unit": "m3",
            "rules": {"price_change": rule},
            "versions": [
                {"effective_from": "2020-01-01", "categories": {"resident": old}},
                {"effective_from": new_from, "categories": {"resident": new}},
            ],
        }
    )


def usage(on: str, quantity: str, months: str = "1", since: str = "", **registers: str) -> Usage:
    return Usage(
        date.fromisoformat(on),
        Decimal(quantity),
        Decimal(months),
        tuple((name, Decimal(used)) for name, used in registers.items()),
        date.fromisoformat(since) if since else None,
    )


def mix(**ratios: str) -> Facts:
    return Facts(mix=tuple(MixShare(category, Decimal(ratio)) for category, ratio in ratios.items()))


def opened(months: str, on: str = "", of: str = "12") -> Facts:
    day = date.fromisoformat(on) if on else None
    return Facts("resident", proration=Proration(Decimal(months), Decimal(of), day))


def split(rated: Rated) -> list[str]:
    return [plain(part) for part in rated.tier_split or ()]


def shown(line: RatedLine) -> tuple[int | None, str, str, str]:
    """Tier, quantity, unit price, amount."""
    return line.tier, plain(line.quantity), f"{line.unit_price:f}", f"{line.amount:f}"


def lines(rated: Rated) -> list[tuple[int | None, str, str, str]]:
    return [shown(line) for line in rated.lines]
