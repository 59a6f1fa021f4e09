from django.core.exceptions import ValidationError


class QualityRefused(ValidationError):
    """Nothing was written. The message is for the person at the screen; tests read the code."""


class AssessmentRefused(QualityRefused):
    """The month, its figures and its scores stay as they are."""
