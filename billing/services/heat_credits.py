"""Money of a heating bill that becomes the customer's prepaid credit: the one place that posts it.

A bill is never changed. What goes back is a posting of its own (Dr revenue / Cr prepaid) with a HeatCredit that
names the bill and the cause, once by constraint.
"""

import datetime
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.rows import insert_rows
from billing.allocation import Plan, Policy, allocate
from billing.business_date import business_date_of
from billing.models import Allocation, Bill, HeatCredit, Payment, Posting, Tender
from billing.money import NO_MONEY
from billing.queries.late_charges import debts_on
from billing.services.arrears.money import money_came
from billing.services.locks import balances_of, lock_open_bills, save_balances
from billing.services.other_payers import check_no_other_payer
from billing.services.postings import Sources, payment_postings
from billing.services.reckoning import policy_on
from billing.services.refusals import HeatingRefused

# The same credit asks once to be used, however often it is tried.
CREDIT_OF_A_BILL = uuid.UUID("2b0a6c1e-54c5-4a53-8a3f-3a9a1f6f6f0d")


def components_of(bill: Bill) -> dict[str, Decimal]:
    """What the bill charged, by component."""
    sums = bill.lines.order_by("component").values_list("component").annotate(amount=Sum("amount"))
    return dict(sums)


def credit_bill(
    account: Account,
    bill: Bill,
    *,
    reason: str,
    amounts: Mapping[str, Decimal],
    at: datetime.datetime,
    **cause: Any,
) -> list[HeatCredit]:
    """Turn parts of a bill's revenue into the account's prepaid credit.

    `amounts` maps a component of the bill to what goes back of it; `cause` names the row that decided it. The
    caller holds the lock of the account. Code: written_off.
    """
    if bill.written_off:
        raise HeatingRefused(
            _("This debt was written off. Take it back first, then correct the bill."), code="written_off"
        )
    check_no_other_payer(bill.pk)
    written = []
    for component, amount in amounts.items():
        posting = Posting(
            debit=f"revenue:{component}",
            credit="prepaid",
            amount=amount,
            account=account,
            business_date=business_date_of(at),
            posted_at=at,
        )
        insert_rows([posting])
        written.append(
            HeatCredit.objects.create(
                bill=bill, reason=reason, component=component, amount=amount, posting=posting, **cause
            )
        )
    balances = balances_of({account.pk: account})
    balances[account.pk].prepaid += sum(amounts.values(), NO_MONEY)
    save_balances(list(balances.values()))
    return written


def settle_with_credit(account: Account, bill: Bill, *, at: datetime.datetime) -> Payment | None:
    """Let the account's prepaid credit pay what is open of the bill. The caller holds the lock of the account."""
    on = business_date_of(at)
    accounts = {account.pk: account}
    open_bills = [one for one in lock_open_bills(accounts) if one.pk == bill.pk]
    balances = balances_of(accounts)
    # What became credit out of this very bill pays it whatever the policy says of other credit.
    policy = Policy(policy_on(on).principal_first)
    plan = allocate(debts_on(open_bills, on), NO_MONEY, {account.pk: balances[account.pk].prepaid}, policy)
    if not plan.shares:
        return None
    payment = _payment(account, bill, plan, policy, at)
    (share,) = plan.shares
    insert_rows([payment])
    insert_rows(
        [
            Tender(
                payment=payment, position=1, method=Tender.Method.PREPAID, amount=share.total, account=account
            )
        ]
    )
    insert_rows(
        [
            Allocation(
                payment=payment, position=1, bill=bill, account=account, principal=share.principal,
                late_charge=share.late_charge, late_charge_left=share.late_charge_left,
                late_charge_sentence=share.debt.late_charge_sentence,
                late_charge_sentence_en=share.debt.late_charge_sentence_en,
            )
        ]
    )  # fmt: skip
    insert_rows(payment_postings(payment, plan.shares, NO_MONEY, Sources([]), at))
    _lower(open_bills[0], share.principal, share.late_charge_left)
    balances[account.pk].receivable -= share.principal
    balances[account.pk].prepaid -= share.total
    save_balances(list(balances.values()))
    money_came([account.pk], at)
    return payment


def _payment(account: Account, bill: Bill, plan: Plan, policy: Policy, at: datetime.datetime) -> Payment:
    credited = HeatCredit.objects.filter(bill=bill).order_by("-pk").values_list("pk", flat=True).first()
    return Payment(
        request_id=uuid.uuid5(CREDIT_OF_A_BILL, f"{bill.pk} {credited}"),
        fingerprint="",
        channel=Payment.Channel.CREDIT,
        branch_id=account.branch_id,
        account=account,
        business_date=business_date_of(at),
        taken_at=at,
        tendered=plan.allocated,
        change_given=NO_MONEY,
        allocated=plan.allocated,
        credited=NO_MONEY,
        policy=policy.as_json(),
    )


def _lower(bill: Bill, principal: Decimal, late_charge_left: Decimal) -> None:
    bill.outstanding -= principal
    bill.late_charge_left = late_charge_left
    bill.state = Bill.State.OPEN if bill.outstanding or late_charge_left else bill.settled_state
    bill.save(update_fields=["outstanding", "late_charge_left", "state"])
