"""Periods that were billed, priced once more with today's readings, facts and tariff."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from billing.models import Bill, Tariff
from billing.queries.unbilled import accounts_with_facts, metered_uses, tier_positions
from billing.rating.refusal import UsageRefused
from billing.services.bill_drafts import BillDraft, Pricer, pricer_for
from billing.services.refusals import CorrectionRefused

A_MONTH_AT_MOST = datetime.timedelta(days=31)


def drafts_of(chain: Sequence[Bill], issued_on: datetime.date) -> Iterator[BillDraft | None]:
    """Price the periods of an account's bills again, one after the other, as if none of them counted.

    A period in which nothing was read, or nothing is priced any more, has no draft.
    Codes: cannot_price_again, periods_overlap.
    """
    first = chain[0]
    _check_periods(chain)
    tariff = _tariff_of(first)
    account = accounts_with_facts([first.account_id], chain[-1].period_to)[0]
    since = first.period_from
    counted = tier_positions([first.account_id], chain[-1].period_to, upto=since)
    position = dict(counted.get(first.account_id, {}))
    for bill in chain:
        try:
            draft = _draft(
                bill,
                account,
                pricer_for(tariff, bill.period, issued_on, bill.account.branch_id),
                since,
                position,
            )
        except UsageRefused as refusal:
            raise CorrectionRefused(str(refusal), code="cannot_price_again") from None
        if draft is not None:
            since = draft.period_to
            for key, units in draft.tier_uses.items():
                position[key] = position.get(key, Decimal(0)) + Decimal(units)
        yield draft


def _check_periods(chain: Sequence[Bill]) -> None:
    """Each period begins where the one before ends: otherwise units could be counted twice."""
    if chain[0].kind != Bill.Kind.USAGE:
        return
    others = Bill.objects.filter(account_id=chain[0].account_id, kind=Bill.Kind.USAGE)
    standing = others.exclude(state=Bill.State.CANCELLED).exclude(pk__in=[one.pk for one in chain])
    within = standing.filter(period_from__lt=chain[-1].period_to, period_to__gt=chain[0].period_from)
    in_order = all(after.period_from >= before.period_to for before, after in pairwise(chain))
    if within.exists() or not in_order:
        raise CorrectionRefused(
            _(
                "Another bill covers a part of the same period. Cancel them one by one and run the billing again."
            ),
            code="periods_overlap",
        )


def later_bills(bill: Bill) -> list[int]:
    """The bills of a meter that follow this one: they begin where it ends and climb on in its tiers."""
    if bill.kind != Bill.Kind.USAGE:
        return []
    later = Bill.objects.filter(
        account_id=bill.account_id, kind=bill.kind, period_to__gt=bill.period_to
    ).exclude(state=Bill.State.CANCELLED)
    return list(later.order_by("period_to").values_list("pk", flat=True))


def changed_bills(chain: Sequence[Bill], drafts: Sequence[BillDraft | None]) -> int:
    """How many from the first on have to be billed again; those after them come out as they are."""
    kept = len(chain)
    while kept > 1 and _is_the_same(chain[kept - 1], drafts[kept - 1]):
        kept -= 1
    return kept


def _is_the_same(bill: Bill, draft: BillDraft | None) -> bool:
    if draft is None or draft.basis.get("segments") != bill.basis.get("segments"):
        return False
    lines = [
        (line.component, line.tier, line.quantity, line.unit_price, line.amount)
        for line in bill.lines.order_by("position")
    ]
    priced = [
        (line.component, line.tier, line.quantity, line.unit_price, line.amount) for line in draft.lines
    ]
    return (
        lines == priced
        and (bill.period_from, bill.period_to) == (draft.period_from, draft.period_to)
        and {key: Decimal(units) for key, units in bill.tier_uses.items()}
        == {key: Decimal(units) for key, units in draft.tier_uses.items()}
    )


def _draft(
    bill: Bill,
    account: Mapping[str, Any],
    pricer: Pricer,
    since: datetime.date,
    position: Mapping[str, Decimal],
) -> BillDraft | None:
    if bill.kind != Bill.Kind.USAGE:
        return pricer.draft(account, None, position)
    # The day of the reading that the bill was made from; what was read again may be of a later day of that month.
    for until in (bill.period_to, _last_day(bill.period_to)):
        if use := metered_uses([bill.account_id], until, since).get(bill.account_id):
            return pricer.draft(account, use, position)
    return None


def _last_day(date: datetime.date) -> datetime.date:
    following = (date.replace(day=1) + A_MONTH_AT_MOST).replace(day=1)
    return following - datetime.timedelta(days=1)


def _tariff_of(bill: Bill) -> Tariff:
    """The tariff that a bill run would take today: that of the own branch before the one for all."""
    tariffs = Tariff.objects.filter(
        Q(branch_id=bill.account.branch_id) | Q(branch__isnull=True), service=bill.service
    ).exclude(kind=Tariff.Kind.ONE_OFF)
    tariff: Tariff | None = tariffs.order_by(F("branch").asc(nulls_last=True)).first()
    if tariff is None or bill.tariff_id is None:
        raise CorrectionRefused(
            _("This bill did not come from a price list. It can be cancelled, not billed again."),
            code="cannot_price_again",
        )
    return tariff
