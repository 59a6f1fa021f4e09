from billing.models.balance import Balance
from billing.models.bill import Bill, BillLine, BillRun
from billing.models.business_day import BusinessDay
from billing.models.gas_card import GasCard, GasSaleRule
from billing.models.gas_purchase import CardWrite, CardWriteAttempt, GasPurchase
from billing.models.late_charge import LateChargeRule
from billing.models.meter import Meter, MeterInstallation, Reading
from billing.models.payment import Allocation, AllocationPolicy, Deposit, Payment, Tender
from billing.models.posting import Posting
from billing.models.receipt import Receipt, ReceiptPrint
from billing.models.reversal import Reversal
from billing.models.tariff import Tariff, TariffVersion

__all__ = [
    "Allocation",
    "AllocationPolicy",
    "Balance",
    "Bill",
    "BillLine",
    "BillRun",
    "BusinessDay",
    "CardWrite",
    "CardWriteAttempt",
    "Deposit",
    "GasCard",
    "GasPurchase",
    "GasSaleRule",
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
]
