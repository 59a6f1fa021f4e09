from django.core.exceptions import ValidationError


class BillingRefused(ValidationError):
    """Nothing was written. The message is for the person at the counter; tests read the code."""


class PaymentRefused(BillingRefused):
    """The money was not taken."""


class ReversalRefused(BillingRefused):
    """The payment stays as it is."""


class GasRefused(BillingRefused):
    """No gas was sold, and the card stays as it is."""
