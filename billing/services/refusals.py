from django.core.exceptions import ValidationError


class BillingRefused(ValidationError):
    """Nothing was written. The message is for the person at the counter; tests read the code."""


class PaymentRefused(BillingRefused):
    """The money was not taken."""


class ReversalRefused(BillingRefused):
    """The payment stays as it is."""


class TariffRefused(BillingRefused):
    """The tariff stays as it is."""
