"""The rules around a heating price: low income, suspension and resume, settlement, late payment, refund."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.late_charge_rule import LateChargeRule, read_late_charge
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.rounding import Rounding
from billing.rating.seasons import MonthDay, day_in_season_year, read_month_day
from billing.rating.temperature import TempRefundRule, read_temp_refund

LOWER_OF, REFUND_OR_COLLECT, REFUND_ONLY = "lower_of", "refund_or_collect", "refund_only"
SETTLEMENTS = (LOWER_OF, REFUND_OR_COLLECT, REFUND_ONLY)
SEASON_START, SPLIT_BY_DAYS = "season_start", "by_days"


@dataclass(frozen=True, slots=True)
class LowIncome:
    """A low-income household (低保) pays a share of the first square metres, in full above."""

    category: str
    area_cap: Decimal | None
    own_share_pct: Decimal


@dataclass(frozen=True, slots=True)
class LatePayment:
    """When heat is due every season, and what paying later costs."""

    rule: LateChargeRule
    due: MonthDay | None
    first_day: MonthDay | None

    def due_on(self, paid_on: date) -> date:
        """The due date of the season year in which the payment is made. Code: no_due_date."""
        if self.first_day is not None:
            return day_in_season_year(paid_on, self.first_day) - timedelta(days=1)
        if self.due is None:
            raise UsageRefused(gettext_noop("The tariff names no due date."), code="no_due_date")
        return day_in_season_year(paid_on, self.due)


@dataclass(frozen=True, slots=True)
class HeatingRules:
    """Everything a heating tariff says besides its prices."""

    split_by_days: bool
    settlement: str
    suspension_pct: Decimal | None
    resume_pct: Decimal | None
    low_income: LowIncome | None
    late: LatePayment | None
    temp_refund: TempRefundRule | None


def read_heating_rules(tariff: Definition, rounding: Rounding) -> HeatingRules:
    rules = tariff.child_or_empty("rules")
    rules.known_keys(
        "price_change", "settlement", "suspension", "resume_in_season", "low_income", "late", "due",
        "temp_refund", "prepay",
    )  # fmt: skip
    change = rules.one_of("price_change", (SEASON_START, SPLIT_BY_DAYS), SEASON_START)
    return HeatingRules(
        split_by_days=change == SPLIT_BY_DAYS,
        settlement=rules.rule("settlement", SETTLEMENTS, REFUND_OR_COLLECT),
        suspension_pct=_read_suspension(rules),
        resume_pct=_read_resume(rules),
        low_income=_read_low_income(rules),
        late=_read_late(rules, rounding),
        temp_refund=read_temp_refund(rules.child("temp_refund")) if "temp_refund" in rules else None,
    )


def _read_suspension(rules: Definition) -> Decimal | None:
    if "suspension" not in rules:
        return None
    rule = rules.child("suspension")
    rule.known_keys("fee_pct", "note")
    return rule.decimal("fee_pct")


def _read_resume(rules: Definition) -> Decimal | None:
    if "resume_in_season" not in rules:
        return None
    rule = rules.child("resume_in_season")
    rule.known_keys("pct", "by", "note")
    rule.one_of("by", ("days",), "days")
    return rule.decimal("pct")


def _read_low_income(rules: Definition) -> LowIncome | None:
    if "low_income" not in rules:
        return None
    rule = rules.child("low_income")
    rule.known_keys("category", "area_cap", "own_share_pct", "note")
    share = rule.decimal("own_share_pct")
    if share > 100:
        rule.refuse(
            gettext_noop("%(where)s must be at most %(most)s."), "out_of_range", "own_share_pct", most=100
        )
    return LowIncome(rule.text("category", "low_income"), rule.decimal_or_none("area_cap"), share)


def _read_late(rules: Definition, rounding: Rounding) -> LatePayment | None:
    if "late" not in rules:
        return None
    rule = rules.child("late")
    return LatePayment(
        rule=read_late_charge(rule, rounding),
        due=read_month_day(rules, "due") if "due" in rules else None,
        first_day=read_month_day(rule, "first_day") if "first_day" in rule else None,
    )
