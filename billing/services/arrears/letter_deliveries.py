"""A letter has been handed over, posted or left at the door."""

import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.models import CaseStep, DeliveryProof, Letter, PolicyStep, SupplyOrder
from billing.services.arrears.deliveries import deliver_step
from billing.services.arrears.supply_orders import announce_order
from billing.services.photos import Photo
from billing.services.refusals import ArrearsRefused

Kind = DeliveryProof.Kind
KINDS = (Kind.SIGNED, Kind.POST, Kind.DOOR_PHOTO)


@transaction.atomic
def record_delivery(
    letter: Letter,
    *,
    kind: str,
    delivered_at: datetime.datetime,
    reference: str = "",
    place: str = "",
    photo: Photo | None = None,
    at: datetime.datetime,
    by: Staff,
) -> CaseStep:
    """Prove that a letter reached the customer, with what its kind needs.

    Codes: unknown_letter, unknown_kind, reference_missing, photo_missing, place_missing, delivered_in_future,
    delivered_before_made, and those of deliver_step, or of announce_order for the notice of an order.
    """
    if letter.step_id is None or not by.sees_branch(letter.account.branch_id):
        raise ArrearsRefused(_("There is no such letter here."), code="unknown_letter")
    _check(kind, reference, place, photo)
    if delivered_at > at:
        raise ArrearsRefused(_("The delivery lies in the future."), code="delivered_in_future")
    if delivered_at < letter.mailing.made_at:
        raise ArrearsRefused(_("The letter was not yet printed at that time."), code="delivered_before_made")
    name = f"deliveries/{photo.name}" if photo else ""
    deliver = _announce if _is_announcement(letter.step_id) else deliver_step
    step = deliver(
        letter.step_id,
        kind=Kind(kind),
        delivered_at=delivered_at,
        reference=reference.strip(),
        place=place.strip(),
        photo=name,
        at=at,
        by=by,
    )
    if photo:
        default_storage.save(name, ContentFile(photo.content))
    return step


def _check(kind: str, reference: str, place: str, photo: Photo | None) -> None:
    if kind not in KINDS:
        raise ArrearsRefused(_("Choose how the letter was delivered."), code="unknown_kind")
    if kind == Kind.POST and not reference.strip():
        raise ArrearsRefused(_("Enter the number of the registered mail."), code="reference_missing")
    if kind == Kind.DOOR_PHOTO and photo is None:
        raise ArrearsRefused(
            _("Add the photo of the letter at the door: without it nothing is proved."), code="photo_missing"
        )
    if kind == Kind.DOOR_PHOTO and not place.strip():
        raise ArrearsRefused(_("Say where the letter was left."), code="place_missing")


def _is_announcement(step_id: int) -> bool:
    return CaseStep.objects.filter(pk=step_id, rule__channel=PolicyStep.Channel.ORDER).exists()


def _announce(
    step_id: int, *, kind: DeliveryProof.Kind, delivered_at: datetime.datetime, reference: str, place: str, photo: str,
    at: datetime.datetime, by: Staff,
) -> CaseStep:  # fmt: skip
    """The notice of an order: the customer knows the day. The case stands on the step only once it is carried out."""
    order = SupplyOrder.objects.filter(step_id=step_id).order_by("-pk").first()
    if order is None:
        raise ArrearsRefused(_("There is no order behind this notice."), code="unknown_order")
    announce_order(
        order,
        kind=kind,
        delivered_at=delivered_at,
        reference=reference,
        place=place,
        photo=photo,
        at=at,
        by=by,
    )
    return CaseStep.objects.get(pk=step_id)
