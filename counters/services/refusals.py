from django.core.exceptions import ValidationError


class QueueRefused(ValidationError):
    """Nothing was written. The message is for the person at the window or at the kiosk; tests read the code."""


class TicketRefused(QueueRefused):
    """The ticket was not issued, or stays where it is."""


class PauseRefused(QueueRefused):
    """The window goes on working, or the pause goes on."""


class WindowRefused(QueueRefused):
    """The window is open for what it was open for."""


class DiaryRefused(QueueRefused):
    """Nothing stands in the diary."""
