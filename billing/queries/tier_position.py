"""Where an account stands in its tiers, as the last bill left it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import Bill
from billing.rating.plain import plain
from billing.rating.sentences import UNITS_EN, UNITS_ZH


def tier_sentence(account_id: int) -> str:
    """“2025: 195 m³ used, tier 2 (181–260)”; empty where nothing has tiers. One query."""
    last = (
        Bill.objects.filter(account_id=account_id, kind__in=(Bill.Kind.USAGE, Bill.Kind.PURCHASE))
        .exclude(state=Bill.State.CANCELLED)
        .order_by("-period_to", "-pk")
        .values_list("basis", "tier_uses")
        .first()
    )
    return tier_sentence_of(*last) if last else ""


def tier_sentence_of(basis: Mapping[str, Any], tier_uses: Mapping[str, str]) -> str:
    """The same from what a bill keeps of its pricing."""
    thresholds = [Decimal(threshold) for threshold in basis.get("thresholds", ())]
    if not thresholds or not tier_uses:
        return ""
    period, counted = next(iter(tier_uses.items()))
    used = Decimal(basis.get("used_before", {}).get(period, "0")) + Decimal(counted)
    tier = sum(used > threshold for threshold in thresholds) + 1
    unit = basis.get("unit", "")
    units = UNITS_EN if (get_language() or "").startswith("en") else UNITS_ZH
    facts = {
        "period": _period_in_words(period),
        "used": plain(used),
        "unit": units.get(unit, unit),
        "tier": tier,
        "upto": plain(thresholds[tier - 1]) if tier <= len(thresholds) else "",
    }
    if tier > len(thresholds):
        return _("%(period)s: %(used)s %(unit)s used, in tier %(tier)s, the highest") % facts
    return _("%(period)s: %(used)s %(unit)s used, in tier %(tier)s (up to %(upto)s)") % facts


def _period_in_words(key: str) -> str:
    """2026, 2026H1, 2026Q3 and 2025-11 as they are said; the keys are those of billing.rating.periods."""
    name = key.partition("/")[0]
    year, part = name[:4], name[4:]
    sentences = {
        "": _("%(year)s"),
        "H1": _("first half of %(year)s"),
        "H2": _("second half of %(year)s"),
        "Q1": _("first quarter of %(year)s"),
        "Q2": _("second quarter of %(year)s"),
        "Q3": _("third quarter of %(year)s"),
        "Q4": _("fourth quarter of %(year)s"),
    }
    return sentences.get(part, _("the year from %(name)s")) % {"year": year, "name": name}
