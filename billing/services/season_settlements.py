"""The end of a season for a household with a heat meter (domain.md 1.1.14): base and heat against what was prepaid."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import (
    Bill,
    HeatCredit,
    HeatingSeason,
    HeatSuspension,
    HouseholdConversion,
    SeasonSettlement,
    Tariff,
)
from billing.money import NO_MONEY
from billing.queries.heating_seasons import bill_of_season, method_in
from billing.queries.season_heat import SeasonHeat, season_heat
from billing.rating.consumption import consumption
from billing.rating.lines import RatedLine
from billing.rating.two_part import TwoPartBill, two_part_bill
from billing.services.heat_bills import SingleBill, issue_single_bill, open_day
from billing.services.heat_credits import components_of, credit_bill, settle_with_credit
from billing.services.heating_tariffs import compiled_for, heat_tariff_of, heated_premises, priced
from billing.services.locks import lock_accounts
from billing.services.refusals import HeatingRefused


@dataclass(frozen=True, slots=True)
class SettlementQuote:
    """What the season costs by its meter, beside what was billed before it."""

    tariff: Tariff
    bill: Bill
    heat: SeasonHeat
    heat_used: Decimal
    rated: TwoPartBill

    @property
    def refund(self) -> Decimal:
        return self.rated.refund or NO_MONEY

    @property
    def collect(self) -> Decimal:
        return self.rated.collect or NO_MONEY


def quote_settlement(account: Account, season: HeatingSeason) -> SettlementQuote:
    """Codes: not_two_part, not_billed, suspended, settled_before, no_reading, no_tariff, no_area, and those of
    `two_part_bill` and `consumption`."""
    if method_in(account, season) != HouseholdConversion.Method.TWO_PART:
        raise HeatingRefused(_("This household was billed by area in the season."), code="not_two_part")
    if SeasonSettlement.objects.filter(account=account, season=season).exists():
        raise HeatingRefused(_("This season is settled already."), code="settled_before")
    bill = bill_of_season(account, season)
    if bill is None:
        raise HeatingRefused(_("Nothing was billed for this season."), code="not_billed")
    suspended = [HeatSuspension.State.APPROVED, HeatSuspension.State.RESUMED, HeatSuspension.State.ENDED]
    if account.heat_suspensions.filter(season=season, state__in=suspended).exists():
        raise HeatingRefused(
            _("The account was suspended in this season: correct its bill by hand."), code="suspended"
        )
    heat = season_heat(account, season)
    if heat.missing or not heat.segments:
        raise HeatingRefused(
            _("Read the heat meter %(meter)s after the last day of the season first."),
            code="no_reading",
            params={"meter": heat.missing},
        )
    tariff = heat_tariff_of(account.branch_id)
    with priced():
        used = sum((consumption(segment) for segment in heat.segments), Decimal(0))
        rated = two_part_bill(
            compiled_for(tariff, season), heated_premises(account), used, bill.amount, season.starts_on
        )
    return SettlementQuote(tariff, bill, heat, used, rated)


@transaction.atomic
def settle_two_part_season(
    account: Account, season: HeatingSeason, *, settled_by: Staff, at: datetime.datetime
) -> SeasonSettlement:
    """Give back or collect the difference by the tariff's rule (就低, 多退少补, 多退少不补), once a season.

    Codes: unknown_account, not_over, day_closed, and those of `quote_settlement`.
    """
    on = open_day(at)
    locked = lock_accounts([account.pk]).get(account.pk)
    if locked is None or not settled_by.sees_branch(locked.branch_id):
        raise HeatingRefused(_("There is no such account here."), code="unknown_account")
    if on < season.ends_on:
        raise HeatingRefused(_("The season is settled when it is over."), code="not_over")
    quote = quote_settlement(locked, season)
    settlement = SeasonSettlement.objects.create(
        account=locked,
        season=season,
        prepaid_bill=quote.bill,
        heat_used=quote.heat_used,
        heat_unit=_unit(quote.rated.lines),
        prepaid=quote.bill.amount,
        total=quote.rated.total,
        refund=quote.refund,
        collect=quote.collect,
        basis=_basis(quote),
        extra_bill=_collect(locked, season, quote, at),
        settled_at=at,
        settled_by=settled_by,
    )
    if quote.refund:
        _give_back(locked, quote, settlement, at)
    record_audit(
        actor=settled_by,
        action="settle_two_part_season",
        on=settlement,
        at=at,
        branch=locked.branch,
        details={
            "account": locked.account_no,
            "season": season.season,
            "refund": str(quote.refund),
            "collect": str(quote.collect),
        },
    )
    return settlement


def _give_back(
    account: Account, quote: SettlementQuote, settlement: SeasonSettlement, at: datetime.datetime
) -> None:
    charged = components_of(quote.bill)
    component = max(charged, key=lambda one: charged[one])
    credit_bill(
        account,
        quote.bill,
        reason=HeatCredit.Reason.SETTLEMENT,
        amounts={component: quote.refund},
        at=at,
        settlement=settlement,
    )
    settle_with_credit(account, quote.bill, at=at)


def _collect(
    account: Account, season: HeatingSeason, quote: SettlementQuote, at: datetime.datetime
) -> Bill | None:
    """The season as the engine priced it, less what was billed before it."""
    if not quote.collect:
        return None
    bill = SingleBill(
        kind=Bill.Kind.ONE_OFF,
        period=f"{season.season}-T",
        period_from=season.starts_on,
        period_to=season.ends_on,
        due_on=business_date_of(at) + datetime.timedelta(days=quote.tariff.due_days),
        quantity=quote.heat_used,
        total=quote.collect,
        lines=[*quote.rated.lines, _billed_before(quote)],
        basis={"fee": "metered_heat", **_basis(quote)},
    )
    return issue_single_bill(account, quote.tariff, bill, at)


@dataclass(frozen=True, slots=True)
class _BilledBefore(RatedLine):
    """The line that takes the bill before the season off its settlement."""

    @property
    def sentence_zh(self) -> str:
        return f"采暖季前已计收 {-self.amount} 元"

    @property
    def sentence_en(self) -> str:
        return f"Billed before the season: {-self.amount} yuan"


def _billed_before(quote: SettlementQuote) -> RatedLine:
    charged = components_of(quote.bill)
    component = max(charged, key=lambda one: charged[one])
    amount = -quote.bill.amount
    return _BilledBefore(
        component, "采暖季前已计收", None, Decimal(1), amount, amount, quote.rated.lines[0].category
    )


def _unit(lines: tuple[RatedLine, ...]) -> str:
    return next((line.unit for line in lines if line.component == "metered_heat"), "")


def _basis(quote: SettlementQuote) -> dict[str, object]:
    """Every line that the engine priced, so that the settlement can be read aloud."""
    return {
        "unit": _unit(quote.rated.lines),
        "segments": quote.heat.readings,
        "heat_used": str(quote.heat_used),
        "prepaid": str(quote.bill.amount),
        "two_part_amount": str(quote.rated.two_part_amount),
        "area_amount": str(quote.rated.area_amount or ""),
        "lines": [
            {
                "name": line.component_name,
                "component": line.component,
                "amount": str(line.amount),
                "sentence": line.sentence_zh,
                "sentence_en": line.sentence_en,
            }
            for line in quote.rated.lines
        ],
    }
