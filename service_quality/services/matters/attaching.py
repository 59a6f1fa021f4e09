"""Files that belong to a matter: judged by what they are, kept outside what the web server shows."""

import datetime
import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.services.photos import LARGEST_PHOTO, MEGABYTE, check_photo
from billing.services.refusals import ReadingRefused
from service_quality.models import Attachment, Matter
from service_quality.services.matters.timeline import (
    Kind,
    check_not_closed,
    lock_matter,
    lock_matter_for,
    record_event,
)
from service_quality.services.refusals import MatterRefused

FOLDER = "matters"
MOST_FILES = 10
PAPER = "pdf"


@dataclass(frozen=True, slots=True)
class File:
    """A picture or a paper under a name of our own."""

    name: str
    content: bytes


def check_file(content: bytes) -> File:
    """Take a file in. Codes: file_too_large, not_a_file."""
    if len(content) > LARGEST_PHOTO:
        raise MatterRefused(
            _("The file is larger than %(limit)s MB. Send a smaller one."),
            code="file_too_large",
            params={"limit": LARGEST_PHOTO // MEGABYTE},
        )
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return File(f"{secrets.token_hex(16)}.{PAPER}", content)
    try:
        photo = check_photo(content)
    except ReadingRefused:
        raise MatterRefused(
            _("This is neither a picture nor a paper. Send a JPEG, PNG, WebP or PDF file."), code="not_a_file"
        ) from None
    return File(photo.name, content)


@transaction.atomic
def attach_file(
    matter: Matter, *, file: File, caption: str, by: Staff | None, at: datetime.datetime
) -> Attachment:
    """Add a file to a matter; `by` is None when the customer sent it.

    Codes: those of the lock, closed, caption_missing, too_many_files.
    """
    if by is None:
        matter = lock_matter(matter)
        check_not_closed(matter)
    else:
        matter = lock_matter_for(matter, by)
    caption = caption.replace("\x00", "").strip()[:100]
    if not caption:
        raise MatterRefused(_("Say what the file shows."), code="caption_missing")
    if matter.attachments.count() >= MOST_FILES:
        raise MatterRefused(
            _("A matter has %(most)s files at most."), code="too_many_files", params={"most": MOST_FILES}
        )
    attachment = Attachment.objects.create(
        matter=matter,
        path=f"{FOLDER}/{file.name}",
        caption=caption,
        size=len(file.content),
        added_at=at,
        added_by=by,
    )
    record_event(matter, Kind.ATTACHED, at=at, by=by, text=caption)
    # Last: a refusal above leaves no file behind.
    default_storage.save(attachment.path, ContentFile(file.content))
    return attachment
