"""Fees that are charged once, each a bill of its own: 管网建设费, 蒸汽费, 分户改造费 (domain.md 1.1.18, 1.1.19)."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.models import Bill, OneOffFee, Tariff
from billing.models.amount import LARGEST_AMOUNT
from billing.money import NO_MONEY
from billing.rating.one_off import OneOffBill, OneOffTariff, compile_one_off
from billing.rating.plain import plain
from billing.services.heat_bills import SingleBill, issue_single_bill, open_day
from billing.services.heating_tariffs import priced
from billing.services.locks import lock_accounts, lock_request
from billing.services.refusals import HeatingRefused
from billing.tariff_file.kinds import undated_document

MOST_MEASURED = Decimal("9999999")
MOST_DECIMALS = 4


def price_lists_for(account: Account) -> list[Tariff]:
    """The lists of one-off fees that hold for the account's service in its branch."""
    return list(
        Tariff.objects.filter(service=account.service, kind="one_off")
        .filter(Q(branch_id=account.branch_id) | Q(branch__isnull=True))
        .order_by("code")
    )


def compile_price_list(tariff: Tariff, on: datetime.date) -> OneOffTariff:
    """The fees in force on a day. Codes: no_version, and those of `compile_one_off`."""
    version = (
        tariff.versions.filter(approved_by__isnull=False, effective_from__lte=on)
        .filter(Q(effective_until__isnull=True) | Q(effective_until__gte=on))
        .order_by("effective_from")
        .last()
    )
    if version is None:
        raise HeatingRefused(
            _("%(tariff)s has no approved prices on %(date)s."),
            code="no_version",
            params={"tariff": tariff, "date": on},
        )
    with priced():
        return compile_one_off(undated_document(tariff.kind, tariff.rules, version.prices), tariff.code)


def quote_one_off(
    account: Account, tariff: Tariff, item: str, measures: Mapping[str, Decimal], on: datetime.date
) -> OneOffBill:
    """Price a fee. Codes: not_a_fee, no_version, bad_quantity, too_large, nothing_to_charge, no_fee, no_measure."""
    if tariff not in price_lists_for(account):
        raise HeatingRefused(_("This price list does not hold for the account."), code="not_a_fee")
    for quantity in measures.values():
        exponent = quantity.as_tuple().exponent
        if not quantity.is_finite() or not 0 < quantity <= MOST_MEASURED or int(exponent) < -MOST_DECIMALS:
            raise HeatingRefused(
                _("A quantity is a number above zero with four decimals at most."), code="bad_quantity"
            )
    with priced():
        bill = compile_price_list(tariff, on).price(item, measures)
    if bill.total > LARGEST_AMOUNT:
        raise HeatingRefused(_("This fee is larger than any bill. Check the quantity."), code="too_large")
    if bill.total == NO_MONEY:
        raise HeatingRefused(_("This fee comes to nothing."), code="nothing_to_charge")
    return bill


@transaction.atomic
def issue_one_off(
    account: Account,
    *,
    tariff: Tariff,
    item: str,
    measures: Mapping[str, Decimal],
    issued_by: Staff,
    request_id: UUID,
    at: datetime.datetime,
) -> Bill:
    """Bill a fee of the price list; it is paid at the counter like any other bill.

    `measures` says how much of what: area, basement_area (m²), tons, tons_per_hour, gigajoules. Asking twice with
    one request_id issues one bill. Codes: form_reused, unknown_account, account_closed, day_closed, and those of
    `quote_one_off`.
    """
    lock_request(request_id)
    if earlier := OneOffFee.objects.filter(request_id=request_id).select_related("bill").first():
        return _same(earlier, account, tariff, item, measures, issued_by)
    on = open_day(at)
    locked = lock_accounts([account.pk]).get(account.pk)
    if locked is None or not issued_by.sees_branch(locked.branch_id):
        raise HeatingRefused(_("There is no such account here."), code="unknown_account")
    if locked.state == Account.State.CLOSED:
        raise HeatingRefused(_("The account is closed."), code="account_closed")
    priced_fee = quote_one_off(locked, tariff, item, measures, on)
    bill = issue_single_bill(locked, tariff, _single(locked, tariff, item, measures, priced_fee, on), at)
    OneOffFee.objects.create(
        bill=bill,
        request_id=request_id,
        item=item,
        measures=_plain(measures),
        issued_at=at,
        issued_by=issued_by,
    )
    record_audit(
        actor=issued_by,
        action="issue_one_off",
        on=bill,
        at=at,
        branch=locked.branch,
        details={"fee": item, "amount": str(bill.amount), "account": locked.account_no},
        request_id=request_id,
    )
    return bill


def _same(
    earlier: OneOffFee,
    account: Account,
    tariff: Tariff,
    item: str,
    measures: Mapping[str, Decimal],
    issued_by: Staff,
) -> Bill:
    asked = (account.pk, tariff.pk, item, _plain(measures), issued_by.pk)
    bill = earlier.bill
    if (bill.account_id, bill.tariff_id, earlier.item, earlier.measures, earlier.issued_by_id) != asked:
        raise HeatingRefused(_("This form was already used. Start again."), code="form_reused")
    return bill


def _single(
    account: Account,
    tariff: Tariff,
    item: str,
    measures: Mapping[str, Decimal],
    fee: OneOffBill,
    on: datetime.date,
) -> SingleBill:
    # The account's lock is held: nobody else counts its bills of the day now.
    today = f"{on:%y%m%d}-"
    serial = (
        Bill.objects.filter(account=account, kind=Bill.Kind.ONE_OFF, period__startswith=today).count() + 1
    )
    first = fee.lines[0]
    basis: dict[str, Any] = {
        "fee": first.component,
        "fee_zh": first.component_name,
        "item": item,
        "measures": _plain(measures),
        "unit": first.unit,
    }
    return SingleBill(
        kind=Bill.Kind.ONE_OFF,
        period=f"{today}{serial:02d}",
        period_from=on,
        period_to=on,
        due_on=on + datetime.timedelta(days=tariff.due_days),
        quantity=sum((line.quantity for line in fee.lines), Decimal(0)),
        total=fee.total,
        lines=fee.lines,
        basis=basis,
    )


def _plain(measures: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: plain(quantity) for name, quantity in sorted(measures.items())}
