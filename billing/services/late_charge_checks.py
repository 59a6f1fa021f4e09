"""What must be true of a late-charge rule before it is written, submitted or approved."""

import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Branch
from billing.business_date import business_date_of
from billing.models import Bill, BusinessDay, LateChargeRule
from billing.rating import compile_late_charge
from billing.rating.refusal import RatingRefused
from billing.services.refusals import TariffRefused


def check_rule(rule: LateChargeRule, at: datetime.datetime) -> None:
    """Its day is free and open, and a charge can be reckoned with it.

    Codes: overlaps, duplicate, closed_period, bad_tariff.
    """
    try:
        compile_late_charge(rule.terms, "terms")
    except RatingRefused as refusal:
        raise TariffRefused(_(refusal.message) % refusal.params, code="bad_tariff") from refusal
    _check_day_is_free(rule)
    last = late_until(rule.service, rule.branch, at)
    if last is not None and rule.effective_from <= last:
        raise TariffRefused(
            _(
                "Bills that were due until %(last)s are late already, or their books are closed. Choose a later day."
            ),
            code="closed_period",
            params={"last": last},
        )


def late_until(service: str, branch: Branch | None, at: datetime.datetime) -> datetime.date | None:
    """The last day whose bills are already charged for: they were due before today, or the books are closed.

    A charge that somebody was told of, or has paid, must not become another one afterwards.
    """
    closed = BusinessDay.objects.aggregate(last=Max("date"))["last"]
    bills = Bill.objects.filter(service=service, due_on__lt=business_date_of(at))
    if branch is not None:
        bills = bills.filter(account__branch=branch)
    due = bills.exclude(state=Bill.State.CANCELLED).aggregate(last=Max("due_on"))["last"]
    return max((day for day in (closed, due) if day is not None), default=None)


def _check_day_is_free(rule: LateChargeRule) -> None:
    same = LateChargeRule.objects.filter(
        service=rule.service, branch=rule.branch, effective_from=rule.effective_from
    )
    other = same.exclude(pk=rule.pk).first()
    if other is None:
        return
    if other.is_approved:
        raise TariffRefused(
            _("A rule from %(date)s is already approved; two rules cannot overlap."),
            code="overlaps",
            params={"date": rule.effective_from},
        )
    raise TariffRefused(
        _("There is already a draft from %(date)s. Change that one."),
        code="duplicate",
        params={"date": rule.effective_from},
    )
