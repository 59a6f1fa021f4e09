from accounts.models import Staff
from counters.models import Shift


def handles_cash(staff: Staff) -> bool:
    """Whether there is a drawer before this person: a cashier's, and no adviser's."""
    return staff.has_perm("billing.take_payment")


def open_shift_of(staff: Staff) -> Shift | None:
    """The shift that the person works now. One query, window and hall included."""
    shift: Shift | None = (
        Shift.objects.open().filter(cashier=staff).select_related("window__hall", "cashier").first()
    )
    return shift
