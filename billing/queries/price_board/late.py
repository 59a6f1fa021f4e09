"""The late charge in one sentence, as the board and the reminder say it."""

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Branch
from billing.models import LateChargeRule as LateChargeRow
from billing.queries.price_board.words import percent, price
from billing.rating import LateChargeRule, compile_late_charge
from billing.rating.late_charge_rule import ANY_CATEGORY, PRINCIPAL, RESIDENT


def late_charge_of(service: str, branch: Branch | None, on: datetime.date) -> str:
    """The rule for bills due on a day: the branch's own, or the one for all."""
    rows = (
        LateChargeRow.objects.approved()
        .filter(service=service, effective_from__lte=on)
        .order_by("-effective_from")
    )
    for one in dict.fromkeys((branch, None)):
        row = rows.filter(branch=one).first()
        if row is not None and (row.effective_until is None or row.effective_until >= on):
            return late_charge_sentence(compile_late_charge(row.terms))
    return ""


def late_charge_sentence(rule: LateChargeRule) -> str:
    """“逾期每日 0.5%，以本金为限。”"""
    if rule.one_time_pct is not None:
        said = _("Late: %(pct)s once") % {"pct": percent(rule.one_time_pct)}
    else:
        said = _rates(rule)
    if rule.cap == PRINCIPAL:
        said += _(", never more than the bill")
    elif isinstance(rule.cap, Decimal):
        said += _(", at most %(amount)s yuan") % {"amount": price(rule.cap)}
    if rule.min_amount:
        said += _(", at least %(amount)s yuan") % {"amount": price(rule.min_amount)}
    return said + _(".")


def _rates(rule: LateChargeRule) -> str:
    newest = rule.rates[-1].by_category
    every = newest[ANY_CATEGORY]
    resident = newest.get(RESIDENT, every)
    said = _("Late: %(pct)s a day") % {"pct": percent(resident.same_year * 100)}
    if resident != every:
        said += _(" for residents, %(pct)s for others") % {"pct": percent(every.same_year * 100)}
    if every.later_years != every.same_year:
        said += _(", %(pct)s in later years") % {"pct": percent(every.later_years * 100)}
    return said
