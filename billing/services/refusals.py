from django.core.exceptions import ValidationError


class BillingRefused(ValidationError):
    """Nothing was written. The message is for the person at the counter; tests read the code."""


class PaymentRefused(BillingRefused):
    """The money was not taken."""


class ReversalRefused(BillingRefused):
    """The payment stays as it is."""


class ReadingRefused(BillingRefused):
    """The reading was not written, or stays as it is."""


class MeterRefused(BillingRefused):
    """The meter stays where it is."""


class CorrectionRefused(BillingRefused):
    """The bill, the adjustment or the waiver stays as it is."""


class HeatingRefused(BillingRefused):
    """The season, the suspension or the refund stays as it is."""


class GasRefused(BillingRefused):
    """No gas was sold, and the card stays as it is."""


class TariffRefused(BillingRefused):
    """The tariff stays as it is."""


class ArrearsRefused(BillingRefused):
    """The case, its steps, the message or the order stay as they are."""
