from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.masking import PersonalField
from accounts.models import Account, AuditEntry, Customer, HouseholdEvidence, Staff
from accounts.services.audit import record_audit

REVEALED = "personal_data.reveal"
REVEALS_PER_HOUR = 30
LONGEST_REASON = 200


class RevealRefused(ValidationError):
    """The full value was not shown."""


@transaction.atomic
def reveal_personal_data(
    customer: Customer, field: PersonalField, *, reason: str, actor: Staff, at: datetime
) -> str:
    """Return the full ID number, the phones or the document numbers of a customer, and keep who asked and why.

    Codes: no_permission, not_visible (the customer of another branch: a door answers 404), no_reason,
    reason_too_long, nothing_kept, too_many (domain rule: 30 an hour for one person).
    """
    # The same person's next request waits here: two at once must not both be the thirtieth.
    Staff.objects.select_for_update(no_key=True).get(pk=actor.pk)
    reason = reason.strip()
    _check_person(customer, actor)
    _check_reason(reason)
    asked = AuditEntry.objects.filter(actor=actor, action=REVEALED, at__gt=at - timedelta(hours=1)).count()
    if asked >= REVEALS_PER_HOUR:
        raise RevealRefused(
            _("You have looked at %(count)s full values within an hour. Try again later."),
            code="too_many",
            params={"count": asked},
        )
    value = _value(customer, field, actor)
    if not value:
        raise RevealRefused(_("There is nothing on file."), code="nothing_kept")
    record_audit(actor=actor, action=REVEALED, on=customer, at=at, reason=reason, details={"field": field})
    return value


def _check_person(customer: Customer, actor: Staff) -> None:
    if not actor.has_perm("accounts.reveal_personal_data"):
        raise RevealRefused(_("Your post may not see full personal data."), code="no_permission")
    if not Account.objects.visible_to(actor).filter(customer=customer).exists():
        raise RevealRefused(_("There is no such customer here."), code="not_visible")


def _check_reason(reason: str) -> None:
    if not reason:
        raise RevealRefused(_("Say why you need the full value."), code="no_reason")
    if len(reason) > LONGEST_REASON:
        raise RevealRefused(_("The reason is too long."), code="reason_too_long")


def _value(customer: Customer, field: PersonalField, actor: Staff) -> str:
    if field == PersonalField.ID_NUMBER:
        return customer.id_number
    if field == PersonalField.DOCUMENT:
        seen = HouseholdEvidence.objects.filter(
            account__customer=customer, account__in=Account.objects.visible_to(actor)
        )
        return " / ".join(seen.order_by("pk").values_list("document_number", flat=True))
    return " / ".join(contact.phone for contact in customer.contacts.all())
