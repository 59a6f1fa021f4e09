"""Rating (计价): the one engine that prices everything. Pure: no database, no clock, no floats.

Compile a definition once, then price as often as needed:

    tariff = compile_tariff(definition)
    rated = tariff.rate(usage, facts, position)

The definitions are JSON in the form of docs/formats.md, "Tariff cases and quote".
"""

from billing.rating.consumption import Segment, consumption
from billing.rating.heating import AreaPart, HeatedPremises, HeatingTariff, compile_heating
from billing.rating.heating_area import HeatBill, area_bill, late_heating
from billing.rating.late_charge import (
    Hold,
    LateCharge,
    LateChargeSegment,
    PartPayment,
    due_after_notice,
    late_charge,
)
from billing.rating.late_charge_rule import LateChargeRule, compile_late_charge
from billing.rating.lines import Rated, RatedLine
from billing.rating.metered import Tariff, compile_tariff
from billing.rating.one_off import OneOffBill, OneOffTariff, compile_one_off
from billing.rating.refusal import CaseRefused, RatingRefused, TariffRefused, UsageRefused
from billing.rating.reversal import reverse
from billing.rating.suspension import resume_fee, suspension_fee
from billing.rating.temp_refund import TempRefund, temp_refund
from billing.rating.temperature import Failure
from billing.rating.terms import LineTerms
from billing.rating.two_part import TwoPartBill, two_part_bill
from billing.rating.usage import NOTHING_YET, Facts, MixShare, Position, Proration, Usage

__all__ = [
    "NOTHING_YET",
    "AreaPart",
    "CaseRefused",
    "Facts",
    "Failure",
    "HeatBill",
    "HeatedPremises",
    "HeatingTariff",
    "Hold",
    "LateCharge",
    "LateChargeRule",
    "LateChargeSegment",
    "LineTerms",
    "MixShare",
    "OneOffBill",
    "OneOffTariff",
    "PartPayment",
    "Position",
    "Proration",
    "Rated",
    "RatedLine",
    "RatingRefused",
    "Segment",
    "Tariff",
    "TariffRefused",
    "TempRefund",
    "TwoPartBill",
    "Usage",
    "UsageRefused",
    "area_bill",
    "compile_heating",
    "compile_late_charge",
    "compile_one_off",
    "compile_tariff",
    "consumption",
    "due_after_notice",
    "late_charge",
    "late_heating",
    "resume_fee",
    "reverse",
    "suspension_fee",
    "temp_refund",
    "two_part_bill",
]
