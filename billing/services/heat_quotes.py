"""What suspending and resuming would cost, and what stands in the way. Reads, writes nothing."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Account
from billing.models import Bill, HeatingSeason, HeatSuspension, Tariff
from billing.money import NO_MONEY
from billing.queries.heating_seasons import bill_of_season, earlier_debts, is_in_warranty
from billing.rating.heating_area import HeatBill
from billing.rating.suspension import resume_fee, suspension_fee
from billing.services.heating_tariffs import compiled_for, heat_tariff_of, heated_premises, priced
from billing.services.refusals import HeatingRefused

Reason = HeatSuspension.Reason


@dataclass(frozen=True, slots=True)
class SuspensionQuote:
    """The basic fee of a season without heat, and what becomes of a bill that was issued already.

    `fee` is None where the price decision charges nothing for a season without heat.
    """

    tariff: Tariff
    fee: HeatBill | None
    bill: Bill | None

    @property
    def total(self) -> Decimal:
        return self.fee.total if self.fee else NO_MONEY

    @property
    def credited(self) -> Decimal:
        return self.bill.amount if self.bill else NO_MONEY


@dataclass(frozen=True, slots=True)
class ResumeQuote:
    """What the days from a date to the end of the season cost."""

    tariff: Tariff
    fee: HeatBill


def quote_suspension(account: Account, season: HeatingSeason) -> SuspensionQuote:
    """Codes: no_tariff, no_area, and those of `suspension_fee`."""
    tariff = heat_tariff_of(account.branch_id)
    compiled = compiled_for(tariff, season)
    fee = None
    if compiled.rules.suspension_pct is not None:
        with priced():
            fee = suspension_fee(compiled, heated_premises(account), season.starts_on)
    return SuspensionQuote(tariff, fee, bill_of_season(account, season))


def quote_resume(suspension: HeatSuspension, resumed_on: datetime.date) -> ResumeQuote:
    """Codes: not_suspended, outside_season, no_tariff, no_area, and those of `resume_fee`."""
    season = suspension.season
    if not suspension.is_in_force:
        raise HeatingRefused(_("This account is not suspended for the season."), code="not_suspended")
    if not season.contains(resumed_on):
        raise HeatingRefused(
            _("Heat is resumed inside the season, from %(start)s to %(end)s."),
            code="outside_season",
            params={"start": season.starts_on, "end": season.ends_on},
        )
    account = suspension.account
    tariff = heat_tariff_of(account.branch_id)
    with priced():
        fee = resume_fee(compiled_for(tariff, season), heated_premises(account), resumed_on)
    return ResumeQuote(tariff, fee)


def obstacle_to(suspension: HeatSuspension) -> Reason | None:
    """The first fact on file that forbids the suspension; danger to neighbours only a person can see."""
    account, season = suspension.account, suspension.season
    if not account.premises.has_own_valve:
        return Reason.NO_VALVE
    if is_in_warranty(account, season):
        return Reason.IN_WARRANTY
    if suspension.is_silent:
        return None
    if suspension.applied_on > season.suspend_by:
        return Reason.TOO_LATE
    if not season.debtors_may_suspend and earlier_debts(account, season):
        return Reason.OWES_ARREARS
    return None
