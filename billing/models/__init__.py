from billing.models.balance import Balance
from billing.models.bill import Bill, BillLine, BillRun
from billing.models.business_day import BusinessDay
from billing.models.heat_credit import HeatCredit
from billing.models.heat_suspension import HeatSuspension
from billing.models.heating_season import BuildingHandover, HeatingSeason
from billing.models.household_conversion import HouseholdConversion, SeasonSettlement
from billing.models.late_charge import LateChargeRule
from billing.models.meter import Meter, MeterInstallation, Reading
from billing.models.one_off_fee import OneOffFee
from billing.models.payment import Allocation, AllocationPolicy, Deposit, Payment, Tender
from billing.models.posting import Posting
from billing.models.receipt import Receipt, ReceiptPrint
from billing.models.reversal import Reversal
from billing.models.tariff import Tariff, TariffVersion
from billing.models.temperature import ColdSpell, RoomTemperature, TemperatureRefund, TemperatureTest

__all__ = [
    "Allocation",
    "AllocationPolicy",
    "Balance",
    "Bill",
    "BillLine",
    "BillRun",
    "BuildingHandover",
    "BusinessDay",
    "ColdSpell",
    "Deposit",
    "HeatCredit",
    "HeatSuspension",
    "HeatingSeason",
    "HouseholdConversion",
    "LateChargeRule",
    "Meter",
    "MeterInstallation",
    "OneOffFee",
    "Payment",
    "Posting",
    "Reading",
    "Receipt",
    "ReceiptPrint",
    "Reversal",
    "RoomTemperature",
    "SeasonSettlement",
    "Tariff",
    "TariffVersion",
    "TemperatureRefund",
    "TemperatureTest",
    "Tender",
]
