from billing.models.adjustment import Adjustment, Decision
from billing.models.arrears_case import ArrearsCase, CaseStep, DeliveryProof
from billing.models.arrears_hold import ArrearsHold, Promise
from billing.models.arrears_policy import ArrearsPolicy, ArrearsPolicyVersion, FlaggedDay, PolicyStep
from billing.models.balance import Balance
from billing.models.bill import Bill, BillLine
from billing.models.bill_run import BillRun, BillRunChunk
from billing.models.bill_run_result import BillRunFinding, BillRunTotal
from billing.models.business_day import BusinessDay
from billing.models.cancellation import BillCancellation
from billing.models.correction_batch import BatchedBill, CorrectionBatch
from billing.models.donation_reversal import DonationReversal
from billing.models.gas_card import GasCard, GasSaleRule
from billing.models.gas_purchase import CardWrite, CardWriteAttempt, GasPurchase
from billing.models.heat_credit import HeatCredit
from billing.models.heat_suspension import HeatSuspension
from billing.models.heating_season import BuildingHandover, HeatingSeason
from billing.models.household_conversion import HouseholdConversion, SeasonSettlement
from billing.models.late_charge import LateChargeRule
from billing.models.letter import Letter, LetterRun
from billing.models.message import ContactAttempt, Mailing, Message, OptOut
from billing.models.meter import Meter, MeterInstallation
from billing.models.meter_test import MeterTest, UnitCorrection
from billing.models.one_off_fee import OneOffFee
from billing.models.payment import Allocation, AllocationPolicy, Deposit, Payment, Tender
from billing.models.period_close import PeriodClose
from billing.models.posting import Posting
from billing.models.reading import Reading
from billing.models.reading_policy import ReadingPolicy
from billing.models.receipt import Receipt, ReceiptPrint
from billing.models.recovery_target import RecoveryTarget
from billing.models.reversal import Reversal
from billing.models.route import Route, RouteStop
from billing.models.supply_order import ReconnectionTerm, SupplyOrder
from billing.models.tariff import Tariff, TariffVersion
from billing.models.temperature import ColdSpell, RoomTemperature, TemperatureRefund, TemperatureTest
from billing.models.third_party import Donation, DonationGrant, ThirdPartyPayer, ThirdPartyPayment
from billing.models.waiver import ApprovalLimit, Waiver
from billing.models.write_off import WriteOff, WriteOffRecovery

__all__ = [
    "Adjustment",
    "Allocation",
    "AllocationPolicy",
    "ApprovalLimit",
    "ArrearsCase",
    "ArrearsHold",
    "ArrearsPolicy",
    "ArrearsPolicyVersion",
    "Balance",
    "BatchedBill",
    "Bill",
    "BillCancellation",
    "BillLine",
    "BillRun",
    "BillRunChunk",
    "BillRunFinding",
    "BillRunTotal",
    "BuildingHandover",
    "BusinessDay",
    "CardWrite",
    "CardWriteAttempt",
    "CaseStep",
    "ColdSpell",
    "ContactAttempt",
    "CorrectionBatch",
    "Decision",
    "DeliveryProof",
    "Deposit",
    "Donation",
    "DonationGrant",
    "DonationReversal",
    "FlaggedDay",
    "GasCard",
    "GasPurchase",
    "GasSaleRule",
    "HeatCredit",
    "HeatSuspension",
    "HeatingSeason",
    "HouseholdConversion",
    "LateChargeRule",
    "Letter",
    "LetterRun",
    "Mailing",
    "Message",
    "Meter",
    "MeterInstallation",
    "MeterTest",
    "OneOffFee",
    "OptOut",
    "Payment",
    "PeriodClose",
    "PolicyStep",
    "Posting",
    "Promise",
    "Reading",
    "ReadingPolicy",
    "Receipt",
    "ReceiptPrint",
    "ReconnectionTerm",
    "RecoveryTarget",
    "Reversal",
    "RoomTemperature",
    "Route",
    "RouteStop",
    "SeasonSettlement",
    "SupplyOrder",
    "Tariff",
    "TariffVersion",
    "TemperatureRefund",
    "TemperatureTest",
    "Tender",
    "ThirdPartyPayer",
    "ThirdPartyPayment",
    "UnitCorrection",
    "Waiver",
    "WriteOff",
    "WriteOffRecovery",
]
