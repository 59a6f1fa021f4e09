from billing.models.adjustment import Adjustment, Decision
from billing.models.balance import Balance
from billing.models.bill import Bill, BillLine, BillRun
from billing.models.business_day import BusinessDay
from billing.models.cancellation import BillCancellation
from billing.models.correction_batch import BatchedBill, CorrectionBatch
from billing.models.late_charge import LateChargeRule
from billing.models.meter import Meter, MeterInstallation, Reading
from billing.models.payment import Allocation, AllocationPolicy, Deposit, Payment, Tender
from billing.models.posting import Posting
from billing.models.receipt import Receipt, ReceiptPrint
from billing.models.reversal import Reversal
from billing.models.tariff import Tariff, TariffVersion
from billing.models.waiver import ApprovalLimit, Waiver

__all__ = [
    "Adjustment",
    "Allocation",
    "AllocationPolicy",
    "ApprovalLimit",
    "Balance",
    "BatchedBill",
    "Bill",
    "BillCancellation",
    "BillLine",
    "BillRun",
    "BusinessDay",
    "CorrectionBatch",
    "Decision",
    "Deposit",
    "LateChargeRule",
    "Meter",
    "MeterInstallation",
    "Payment",
    "Posting",
    "Reading",
    "Receipt",
    "ReceiptPrint",
    "Reversal",
    "Tariff",
    "TariffVersion",
    "Tender",
    "Waiver",
]
