"""What a customer wrote to us where nobody heard it: taken with its file, or not at all."""

import datetime

from django.db import transaction

from service_quality.models import Matter
from service_quality.services.matters.attaching import File, attach_file
from service_quality.services.matters.taking import NewMatter, take_matter


@transaction.atomic
def take_web_matter(new: NewMatter, *, file: File | None, at: datetime.datetime) -> Matter:
    """Take it, with its file; it waits for somebody to take it up. Codes: those of both verbs."""
    is_known = Matter.objects.filter(request_id=new.request_id).exists()
    matter = take_matter(new, by=None, at=at)
    if file is not None and not is_known:
        attach_file(matter, file=file, caption=str(matter.get_kind_display()), by=None, at=at)
    return matter
