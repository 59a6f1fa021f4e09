import datetime
import secrets

from django.db import transaction

from accounts.models import Staff
from accounts.services.audit import record_audit
from counters.models import Window
from service_quality.models import RatingTablet

# Characters of base 64: nobody guesses the address of a tablet.
KEY_BYTES = 18


@transaction.atomic
def renew_tablet(window: Window, *, by: Staff, at: datetime.datetime) -> RatingTablet:
    """Give the tablet of a window a new address; whatever shows the old one shows nothing any more."""
    tablet, _is_new = RatingTablet.objects.update_or_create(
        window=window, defaults={"key": new_key(), "made_at": at, "made_by": by}
    )
    record_audit(actor=by, action="quality.renew_tablet", on=tablet, at=at, branch=window.hall.branch)
    return tablet


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)
