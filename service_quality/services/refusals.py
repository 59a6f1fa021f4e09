from django.core.exceptions import ValidationError


class QualityRefused(ValidationError):
    """Nothing was written. The message is for the person at the screen; tests read the code."""


class MatterRefused(QualityRefused):
    """The matter stays as it is, or was not taken."""


class LeaveRefused(QualityRefused):
    """The leave was not written, or stays as it is."""
