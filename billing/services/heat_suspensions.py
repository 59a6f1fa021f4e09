"""A season without heat (报停) and heat again inside it (复热); domain.md 2.5."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.services.account_states import resume_account, suspend_account
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Bill, HeatCredit, HeatingSeason, HeatSuspension
from billing.queries.arrears.effects import Business, blocked_by_arrears
from billing.services.heat_bills import SingleBill, issue_single_bill, open_day
from billing.services.heat_credits import components_of, credit_bill, settle_with_credit
from billing.services.heat_quotes import (
    ResumeQuote,
    SuspensionQuote,
    obstacle_to,
    quote_resume,
    quote_suspension,
)
from billing.services.locks import lock_accounts
from billing.services.refusals import HeatingRefused

State, Reason = HeatSuspension.State, HeatSuspension.Reason
LONGEST_NOTE = 200


@transaction.atomic
def apply_for_suspension(
    account: Account,
    season: HeatingSeason,
    *,
    applied_by: Staff,
    at: datetime.datetime,
    note: str = "",
    is_silent: bool = False,
) -> HeatSuspension:
    """Enter an application; what forbids it is answered when somebody decides.

    `is_silent` enters a household that neither paid nor reported, where the season says that such a household
    is treated as suspended. Codes: unknown_account, not_heat, not_active, other_branch_season, season_over,
    applied_before, arrears, not_silent, note_too_long.
    """
    account = _lock_account(account.pk, applied_by)
    if account.service != Service.HEAT:
        raise HeatingRefused(_("Only heat is suspended for a season."), code="not_heat")
    _check_season(account, season, business_date_of(at))
    if account.state != Account.State.ACTIVE:
        raise HeatingRefused(
            _("The account is %(state)s; only an account in use can be suspended."),
            code="not_active",
            params={"state": account.get_state_display()},
        )
    if account.heat_suspensions.filter(season=season).exclude(state=State.REFUSED).exists():
        raise HeatingRefused(
            _("This season was already applied for. Look at the application."), code="applied_before"
        )
    if not is_silent and (why := blocked_by_arrears(account.pk, Business.SUSPENSION)):
        raise HeatingRefused(why, code="arrears")
    if is_silent:
        _check_silent(account, season, business_date_of(at))
    if len(note) > LONGEST_NOTE:
        raise HeatingRefused(_("The note is too long."), code="note_too_long")
    suspension = HeatSuspension.objects.create(
        account=account,
        season=season,
        is_silent=is_silent,
        note=note,
        applied_on=business_date_of(at),
        applied_at=at,
        applied_by=applied_by,
    )
    record_audit(
        actor=applied_by,
        action="apply_for_suspension",
        on=suspension,
        at=at,
        branch=account.branch,
        reason=note,
        details={"account": account.account_no, "season": season.season},
    )
    return suspension


@transaction.atomic
def approve_suspension(
    suspension: HeatSuspension, *, decided_by: Staff, at: datetime.datetime
) -> HeatSuspension:
    """Suspend the account, bill the basic fee, and turn a bill issued before into credit.

    Codes: unknown_account, already_decided, same_person, day_closed, already_refunded, those of
    `quote_suspension`, and the reason that stands in the way in lower case (no_valve, in_warranty, too_late,
    owes_arrears).
    """
    open_day(at)
    account, suspension = _lock_undecided(suspension, decided_by)
    if obstacle := obstacle_to(suspension):
        raise HeatingRefused(
            _("It cannot be approved: %(reason)s. Refuse it."),
            code=obstacle.lower(),
            params={"reason": Reason(obstacle).label},
        )
    quote = quote_suspension(account, suspension.season)
    if quote.bill:
        _give_back(account, quote.bill, suspension, at)
    suspension.fee_bill = _bill_fee(account, suspension, quote, at)
    suspension.state = State.APPROVED
    suspension.decided_by, suspension.decided_at = decided_by, at
    suspension.save(update_fields=["state", "decided_by", "decided_at", "fee_bill"])
    reason = _("Suspended for the %(season)s") % {"season": suspension.season}
    suspend_account(account, reason=reason, actor=decided_by, at=at)
    _record("approve_suspension", suspension, decided_by, at)
    return suspension


@transaction.atomic
def refuse_suspension(
    suspension: HeatSuspension, *, reason: str, decided_by: Staff, at: datetime.datetime
) -> HeatSuspension:
    """Answer no, for a reason of the list. Codes: unknown_account, already_decided, same_person, unknown_reason."""
    _account, suspension = _lock_undecided(suspension, decided_by)
    if reason not in Reason.values:
        raise HeatingRefused(_("Choose a reason from the list."), code="unknown_reason")
    suspension.state, suspension.reason = State.REFUSED, reason
    suspension.decided_by, suspension.decided_at = decided_by, at
    suspension.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _record("refuse_suspension", suspension, decided_by, at, reason=reason)
    return suspension


@transaction.atomic
def resume_heating(
    suspension: HeatSuspension, *, resumed_on: datetime.date, resumed_by: Staff, at: datetime.datetime
) -> HeatSuspension:
    """Open the valve inside the season and bill the days that are left; the basic fee is not given back.

    Codes: unknown_account, day_closed, arrears, and those of `quote_resume`.
    """
    open_day(at)
    account = _lock_account(suspension.account_id, resumed_by)
    suspension = _lock_row(suspension, account)
    if why := blocked_by_arrears(account.pk, Business.RESUMPTION):
        raise HeatingRefused(why, code="arrears")
    quote = quote_resume(suspension, resumed_on)
    suspension.resume_bill = _bill_resumed_days(account, suspension, quote, resumed_on, at)
    suspension.state, suspension.resumed_on = State.RESUMED, resumed_on
    suspension.resumed_by, suspension.resumed_at = resumed_by, at
    suspension.save(update_fields=["state", "resumed_on", "resumed_by", "resumed_at", "resume_bill"])
    reason = _("Heat again from %(date)s") % {"date": resumed_on}
    resume_account(account, reason=reason, actor=resumed_by, at=at)
    _record("resume_heating", suspension, resumed_by, at)
    return suspension


def _lock_account(account_id: int, staff: Staff) -> Account:
    account = lock_accounts([account_id]).get(account_id)
    if account is None or not staff.sees_branch(account.branch_id):
        raise HeatingRefused(_("There is no such account here."), code="unknown_account")
    return account


def _lock_row(suspension: HeatSuspension, account: Account) -> HeatSuspension:
    locked: HeatSuspension = (
        HeatSuspension.objects.select_for_update(of=("self",), no_key=True)
        .select_related("season")
        .get(pk=suspension.pk)
    )
    locked.account = account
    return locked


def _lock_undecided(suspension: HeatSuspension, decided_by: Staff) -> tuple[Account, HeatSuspension]:
    account = _lock_account(suspension.account_id, decided_by)
    suspension = _lock_row(suspension, account)
    if not suspension.is_applied_for:
        raise HeatingRefused(
            _("This application was decided meanwhile: %(state)s."),
            code="already_decided",
            params={"state": suspension.get_state_display()},
        )
    if suspension.applied_by_id == decided_by.pk:
        raise HeatingRefused(_("Somebody other than the one who entered it decides."), code="same_person")
    return account, suspension


def _check_season(account: Account, season: HeatingSeason, on: datetime.date) -> None:
    if season.branch_id not in (None, account.branch_id):
        raise HeatingRefused(_("This is the season of another branch."), code="other_branch_season")
    if on > season.ends_on:
        raise HeatingRefused(_("This season is over."), code="season_over")


def _check_silent(account: Account, season: HeatingSeason, on: datetime.date) -> None:
    """Only who has paid nothing by the due date, and only where the season shuts such valves."""
    shuts = season.silent_user_policy == HeatingSeason.SilentUsers.TREATED_AS_SUSPENDED
    bill = quote_suspension(account, season).bill
    unpaid = bill is not None and bill.outstanding == bill.amount and bill.amount > 0
    if not (shuts and unpaid and on > season.due_on):
        raise HeatingRefused(
            _("Only who paid nothing by the due date is suspended unasked, in a season that says so."),
            code="not_silent",
        )


def _give_back(account: Account, bill: Bill, suspension: HeatSuspension, at: datetime.datetime) -> None:
    """What was billed before becomes credit; an open bill is settled with it, paid money stays as credit."""
    if bill.heat_credits.exists():
        raise HeatingRefused(
            _("A part of this season's bill was given back already. Correct the bill by hand."),
            code="already_refunded",
        )
    amounts = {component: amount for component, amount in components_of(bill).items() if amount > 0}
    if amounts:
        credit_bill(
            account,
            bill,
            reason=HeatCredit.Reason.SUSPENSION,
            amounts=amounts,
            at=at,
            suspension=suspension,
        )
        settle_with_credit(account, bill, at=at)


def _bill_fee(
    account: Account, suspension: HeatSuspension, quote: SuspensionQuote, at: datetime.datetime
) -> Bill | None:
    """The fee takes the season's place among the bills, so that no run bills the season again."""
    if quote.fee is None:
        return None
    season = suspension.season
    bill = SingleBill(
        kind=Bill.Kind.ONE_OFF if quote.bill else Bill.Kind.HEATING,
        period=f"{season.season}-S" if quote.bill else season.season,
        period_from=season.starts_on,
        period_to=season.ends_on,
        due_on=max(season.due_on, business_date_of(at)),
        quantity=quote.fee.billed_area,
        total=quote.fee.total,
        lines=quote.fee.lines,
        basis={"fee": "suspension_fee", "unit": "m2", "area": str(quote.fee.billed_area)},
    )
    return issue_single_bill(account, quote.tariff, bill, at)


def _bill_resumed_days(
    account: Account,
    suspension: HeatSuspension,
    quote: ResumeQuote,
    resumed_on: datetime.date,
    at: datetime.datetime,
) -> Bill:
    season = suspension.season
    bill = SingleBill(
        kind=Bill.Kind.ONE_OFF,
        period=f"{season.season}-R",
        period_from=resumed_on,
        period_to=season.ends_on,
        due_on=business_date_of(at) + datetime.timedelta(days=quote.tariff.due_days),
        quantity=quote.fee.billed_area,
        total=quote.fee.total,
        lines=quote.fee.lines,
        basis={"fee": "area_heat", "unit": "m2", "area": str(quote.fee.billed_area)},
    )
    return issue_single_bill(account, quote.tariff, bill, at)


def _record(
    action: str, suspension: HeatSuspension, actor: Staff, at: datetime.datetime, reason: str = ""
) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=suspension,
        at=at,
        branch=suspension.account.branch,
        reason=reason,
        details={"account": suspension.account.account_no, "season": suspension.season.season},
    )
