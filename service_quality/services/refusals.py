from django.core.exceptions import ValidationError


class QualityRefused(ValidationError):
    """Nothing was written. The message is for the person at the page; tests read the code."""


class RatingRefused(QualityRefused):
    """The visit is rated no differently than before."""


class FollowUpRefused(QualityRefused):
    """The follow-up stays as it is."""


class CardRefused(QualityRefused):
    """No card was given, and no card changed."""


class AssessmentRefused(QualityRefused):
    """The month, its figures and its scores stay as they are."""


class MatterRefused(QualityRefused):
    """The matter stays as it is, or was not taken."""


class LeaveRefused(QualityRefused):
    """The leave was not written, or stays as it is."""
