"""Collection districts change hands; who had one before stays written."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import District, DistrictOwner, Staff
from accounts.services.audit import record_audit


class DistrictRefused(ValidationError):
    """The district stays with whoever has it."""


@transaction.atomic
def give_district(district: District, *, owner: Staff, by: Staff, at: datetime.datetime) -> DistrictOwner:
    """From today on the district is this collector's: what comes in from now on counts for the new owner.

    Codes: unknown_district, may_not_give, not_a_collector, has_it_already, given_today.
    """
    today = timezone.localdate(at)
    district = District.objects.select_for_update(no_key=True).get(pk=district.pk)
    if not by.sees_branch(district.branch_id):
        raise DistrictRefused(_("There is no such district here."), code="unknown_district")
    if not by.has_perm("accounts.add_districtowner"):
        raise DistrictRefused(_("The supervisor or the manager gives out districts."), code="may_not_give")
    if not (owner.is_active and owner.post == Staff.Post.COLLECTOR and owner.sees_branch(district.branch_id)):
        raise DistrictRefused(
            _("%(name)s does not collect in this branch."),
            code="not_a_collector",
            params={"name": owner.get_short_name()},
        )
    if district.owner_id == owner.pk:
        raise DistrictRefused(_("The district is this person's already."), code="has_it_already")
    if DistrictOwner.objects.filter(district=district, owns_from__gte=today).exists():
        raise DistrictRefused(
            _("The district changed hands today. A day belongs to one person: give it on another day."),
            code="given_today",
        )
    row = DistrictOwner.objects.create(
        district=district, owner=owner, owns_from=today, given_at=at, given_by=by
    )
    before, district.owner = district.owner, owner
    district.save(update_fields=["owner"])
    record_audit(
        actor=by,
        action="district.give",
        on=district,
        at=at,
        branch=district.branch,
        details={"from": before.number if before else None, "to": owner.number},
    )
    return row
