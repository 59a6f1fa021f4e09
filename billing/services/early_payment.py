"""What the city promised to those who pay a season's bill early: a share of it comes back as credit."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.copying import copy_rows, reserve_ids
from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Bill, BillLine, HeatCredit, HeatingSeason
from billing.money import NO_MONEY, to_money
from billing.services.heat_bills import open_day
from billing.services.heating_seasons import bills_of
from billing.services.locks import lock_accounts
from billing.services.other_payers import paid_by_another
from billing.services.refusals import HeatingRefused

CHUNK = 1_000
_RAISE_PREPAID = """
    UPDATE billing_balance b SET prepaid = b.prepaid + u.amount
    FROM unnest(%s::bigint[], %s::numeric[]) AS u (account_id, amount) WHERE b.account_id = u.account_id
"""


def grant_early_payment(season: HeatingSeason, *, granted_by: Staff, at: datetime.datetime) -> int:
    """Give the announced share back to every bill that was paid in full in time; answers how many.

    Each chunk of accounts is a transaction; a bill gets it once by a constraint, so a run that died is finished by
    calling it again. Codes: no_early_terms, not_over, day_closed.
    """
    if season.early_until is None or season.early_pct is None:
        raise HeatingRefused(_("This season promises nothing for early payment."), code="no_early_terms")
    if business_date_of(at) <= season.early_until:
        raise HeatingRefused(_("The time for early payment is not over yet."), code="not_over")
    open_day(at)
    ids = list(
        _paid_early(season, season.early_until).order_by("account").values_list("account_id", flat=True)
    )
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    granted = sum(_grant(season, season.early_until, season.early_pct, chunk, at) for chunk in chunks)
    _record(season, granted, granted_by, at)
    return granted


def _paid_early(season: HeatingSeason, until: datetime.date) -> QuerySet[Bill]:
    """Bills of heat that were paid in full by the day, by payments that still stand, and not given back.

    Not those on which another has paid: the share would become the customer's credit out of the payer's money.
    """
    standing = Q(allocations__payment__reversal__isnull=True)
    bills: QuerySet[Bill] = bills_of(season).filter(
        state=Bill.State.PAID, amount__gt=0, heat_credits__isnull=True, lines__component="area_heat"
    )
    return bills.annotate(paid_on=Max("allocations__payment__business_date", filter=standing)).filter(
        ~paid_by_another(), paid_on__lte=until
    )


@transaction.atomic
def _grant(
    season: HeatingSeason,
    until: datetime.date,
    pct: Decimal,
    account_ids: Sequence[int],
    at: datetime.datetime,
) -> int:
    lock_accounts(account_ids)
    # Somebody may have undone a payment since the list was made.
    bills = list(_paid_early(season, until).filter(account__in=account_ids).order_by("account"))
    amounts = {bill.pk: to_money(bill.amount * pct / 100) for bill in bills}
    bills = [bill for bill in bills if amounts[bill.pk] > NO_MONEY]
    components = _components([bill.pk for bill in bills])
    keys = reserve_ids("billing_posting", len(bills))
    on = business_date_of(at)
    copy_rows(
        "billing_posting",
        ("id", "debit", "credit", "amount", "account_id", "business_date", "posted_at"),
        (
            (key, f"revenue:{components[bill.pk]}", "prepaid", amounts[bill.pk], bill.account_id, on, at)
            for key, bill in zip(keys, bills, strict=True)
        ),
    )
    copy_rows(
        "billing_heatcredit",
        ("bill_id", "reason", "component", "amount", "posting_id"),
        (
            (bill.pk, HeatCredit.Reason.EARLY, components[bill.pk], amounts[bill.pk], key)
            for key, bill in zip(keys, bills, strict=True)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _RAISE_PREPAID, [[bill.account_id for bill in bills], [amounts[bill.pk] for bill in bills]]
        )
    return len(bills)


def _components(bill_ids: Sequence[int]) -> dict[int, str]:
    """The component of each bill's first line, which is the whole of a bill by area."""
    return dict(BillLine.objects.filter(bill__in=bill_ids, position=1).values_list("bill_id", "component"))


@transaction.atomic
def _record(season: HeatingSeason, granted: int, granted_by: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=granted_by,
        action="grant_early_payment",
        on=season,
        at=at,
        details={"season": season.season, "bills": granted, "pct": str(season.early_pct)},
    )
