"""Days below the standard turned into money: proposed by one person, approved by another (domain.md 2.4)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import (
    Bill,
    ColdSpell,
    HeatCredit,
    HeatingSeason,
    HeatSuspension,
    TemperatureRefund,
    TemperatureTest,
)
from billing.money import NO_MONEY
from billing.queries.heating_seasons import bill_of_season, is_in_warranty
from billing.rating.temp_refund import TempRefund, temp_refund
from billing.rating.temperature import Failure
from billing.services.adjustments import left_of
from billing.services.heat_bills import open_day
from billing.services.heat_credits import components_of, credit_bill
from billing.services.heating_tariffs import compiled_for, heat_tariff_of, heated_premises, priced
from billing.services.locks import lock_accounts
from billing.services.refusals import HeatingRefused

State = TemperatureRefund.State
Obstacle = TemperatureTest.Obstacle
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Spell:
    """For so many days from a date the temperature of one test stands."""

    test: TemperatureTest
    from_on: datetime.date
    days: int

    @property
    def to_on(self) -> datetime.date:
        return self.from_on + datetime.timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What would go back of which bill."""

    bill: Bill
    rated: TempRefund


def quote_temp_refund(account: Account, season: HeatingSeason, spells: Sequence[Spell]) -> RefundQuote:
    """Price the days without writing anything.

    Codes: no_spells, other_account, bad_days, outside_season, overlapping, refunded_before, changed_pipes,
    blocked_repair, in_warranty, not_billed, unpaid, suspended, nothing_to_refund, no_tariff, no_area, and those
    of `temp_refund`.
    """
    _check_spells(account, season, spells)
    _check_answerable(account, season, spells)
    bill = _paid_bill(account, season)
    compiled = compiled_for(heat_tariff_of(account.branch_id), season)
    failures = [Failure(one.test.mean, one.days, one.from_on) for one in spells]
    with priced():
        rated = temp_refund(
            compiled, heated_premises(account), failures, season.starts_on, heat_fee=bill.amount
        )
    if not rated.total:
        raise HeatingRefused(
            _("It was warm enough on these days: nothing is refunded."), code="nothing_to_refund"
        )
    return RefundQuote(bill, rated)


@transaction.atomic
def propose_temp_refund(
    account: Account,
    season: HeatingSeason,
    spells: Sequence[Spell],
    *,
    proposed_by: Staff,
    at: datetime.datetime,
) -> TemperatureRefund:
    """Write down what is to go back, for a second person to decide. Codes: unknown_account and those of the quote."""
    account = _lock_account(account.pk, proposed_by)
    quote = quote_temp_refund(account, season, spells)
    (line,) = quote.rated.lines
    refund = TemperatureRefund.objects.create(
        account=account,
        bill=quote.bill,
        heat_fee=quote.rated.heat_fee,
        season_days=quote.rated.season_days,
        weighted_days=quote.rated.weighted_days,
        amount=-quote.rated.total,
        sentence=line.sentence_zh,
        sentence_en=line.sentence_en,
        proposed_at=at,
        proposed_by=proposed_by,
    )
    ColdSpell.objects.bulk_create(
        ColdSpell(
            refund=refund, test=one.test, account=account, from_on=one.from_on, to_on=one.to_on,
            days=one.days, degrees=one.test.mean, pct=pct,
        )
        for one, (_failure, pct) in zip(spells, quote.rated.bands, strict=True)
    )  # fmt: skip
    _record("propose_temp_refund", refund, proposed_by, at)
    return refund


@transaction.atomic
def approve_temp_refund(
    refund: TemperatureRefund, *, decided_by: Staff, at: datetime.datetime
) -> TemperatureRefund:
    """Turn the proposal into prepaid credit.

    Codes: unknown_account, day_closed, already_decided, same_person, bill_cancelled, unpaid, more_than_the_bill.
    """
    open_day(at)
    refund = _lock_proposed(refund, decided_by)
    if refund.bill.state == Bill.State.CANCELLED:
        raise HeatingRefused(
            _("The bill of this refund was cancelled. Refuse it, and propose it again on the new bill."),
            code="bill_cancelled",
        )
    if refund.bill.is_open:
        raise HeatingRefused(_("The bill is owed again. A refund waits until it is paid."), code="unpaid")
    left = max(left_of(refund.bill), NO_MONEY)
    if refund.amount > left:
        raise HeatingRefused(
            _("Only %(left)s of this bill is left to be credited."),
            code="more_than_the_bill",
            params={"left": left},
        )
    pay_temp_refund(refund, at=at)
    refund.state, refund.decided_by, refund.decided_at = State.APPROVED, decided_by, at
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    _record("approve_temp_refund", refund, decided_by, at)
    return refund


@transaction.atomic
def refuse_temp_refund(
    refund: TemperatureRefund, *, note: str, decided_by: Staff, at: datetime.datetime
) -> TemperatureRefund:
    """Answer no; the same days may be proposed again. Codes: unknown_account, already_decided, same_person, no_note."""
    refund = _lock_proposed(refund, decided_by)
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise HeatingRefused(_("Say in a sentence why it is refused."), code="no_note")
    refund.state, refund.decided_by, refund.decided_at = State.REFUSED, decided_by, at
    refund.note = note.strip()
    refund.save(update_fields=["state", "decided_by", "decided_at", "note"])
    refund.spells.update(counts=False)
    _record("refuse_temp_refund", refund, decided_by, at, reason=refund.note)
    return refund


def pay_temp_refund(refund: TemperatureRefund, *, at: datetime.datetime) -> HeatCredit:
    """The money of an approved refund: the bill's revenue falls, the customer's prepaid credit rises, once.

    The caller holds the lock of the account.
    """
    charged = components_of(refund.bill)
    component = max(charged, key=lambda one: charged[one])
    (credit,) = credit_bill(
        refund.account,
        refund.bill,
        reason=HeatCredit.Reason.TEMPERATURE,
        amounts={component: refund.amount},
        at=at,
        refund=refund,
    )
    return credit


def _lock_account(account_id: int, staff: Staff) -> Account:
    account = lock_accounts([account_id]).get(account_id)
    if account is None or not staff.sees_branch(account.branch_id):
        raise HeatingRefused(_("There is no such account here."), code="unknown_account")
    return account


def _lock_proposed(refund: TemperatureRefund, decided_by: Staff) -> TemperatureRefund:
    account = _lock_account(refund.account_id, decided_by)
    locked: TemperatureRefund = (
        TemperatureRefund.objects.select_for_update(of=("self",), no_key=True)
        .select_related("bill")
        .get(pk=refund.pk)
    )
    locked.account = account
    if not locked.is_proposed:
        raise HeatingRefused(
            _("This refund was decided meanwhile: %(state)s."),
            code="already_decided",
            params={"state": locked.get_state_display()},
        )
    if locked.proposed_by_id == decided_by.pk:
        raise HeatingRefused(_("Somebody other than the one who proposed it decides."), code="same_person")
    return locked


def _check_spells(account: Account, season: HeatingSeason, spells: Sequence[Spell]) -> None:
    if not spells:
        raise HeatingRefused(_("Enter the days of one test at least."), code="no_spells")
    if any(one.test.account_id != account.pk for one in spells):
        raise HeatingRefused(_("A test of another account proves nothing here."), code="other_account")
    if any(one.days < 1 or one.days > season.days() for one in spells):
        raise HeatingRefused(_("The days are a number from one to the whole season."), code="bad_days")
    if any(not (season.contains(one.from_on) and season.contains(one.to_on)) for one in spells):
        raise HeatingRefused(
            _("The days lie inside the season, from %(start)s to %(end)s."),
            code="outside_season",
            params={"start": season.starts_on, "end": season.ends_on},
        )
    ordered = sorted(spells, key=lambda one: one.from_on)
    if any(later.from_on <= earlier.to_on for earlier, later in pairwise(ordered)):
        raise HeatingRefused(_("A day stands in two rows."), code="overlapping")
    standing = ColdSpell.objects.filter(account=account, counts=True)
    if any(standing.filter(from_on__lte=one.to_on, to_on__gte=one.from_on).exists() for one in spells):
        raise HeatingRefused(
            _("Some of these days were refunded or proposed before."), code="refunded_before"
        )


def _check_answerable(account: Account, season: HeatingSeason, spells: Sequence[Spell]) -> None:
    """Who answers for the cold (domain.md 2.4.6)."""
    for one in spells:
        if one.test.obstacle:
            raise HeatingRefused(
                _("No refund: %(reason)s."),
                code=one.test.obstacle.lower(),
                params={"reason": Obstacle(one.test.obstacle).label},
            )
    if is_in_warranty(account, season):
        raise HeatingRefused(
            _("No refund: the building is in its first seasons of warranty, its developer answers for it."),
            code="in_warranty",
        )


def _paid_bill(account: Account, season: HeatingSeason) -> Bill:
    bill = bill_of_season(account, season)
    if bill is None:
        raise HeatingRefused(_("Nothing was billed for this season."), code="not_billed")
    if account.heat_suspensions.filter(
        season=season, state__in=[HeatSuspension.State.APPROVED, HeatSuspension.State.RESUMED]
    ).exists():
        raise HeatingRefused(
            _("The account was suspended in this season: correct its bill by hand."), code="suspended"
        )
    if bill.is_open:
        raise HeatingRefused(
            _("%(owed)s of this season's bill is still owed: no refund before it is paid."),
            code="unpaid",
            params={"owed": bill.outstanding},
        )
    return bill


def _record(
    action: str, refund: TemperatureRefund, actor: Staff, at: datetime.datetime, reason: str = ""
) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=refund,
        at=at,
        branch=refund.account.branch,
        reason=reason,
        details={
            "account": refund.account.account_no,
            "amount": str(refund.amount),
            "on": business_date_of(at).isoformat(),
        },
    )
