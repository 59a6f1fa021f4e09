from accounts.models import Staff
from counters.models import Shift


def open_shift_of(staff: Staff) -> Shift | None:
    """The shift that the person works now. One query, window and hall included."""
    shift: Shift | None = (
        Shift.objects.open().filter(cashier=staff).select_related("window__hall", "cashier").first()
    )
    return shift
