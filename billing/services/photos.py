"""Pictures that people send: judged by what they are, not by what they are called."""

import secrets
from dataclasses import dataclass

from django.utils.translation import gettext as _

from billing.services.refusals import ReadingRefused

LARGEST_PHOTO = 5 * 1024 * 1024
MEGABYTE = 1024 * 1024
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture under a name of our own."""

    name: str
    content: bytes


def check_photo(content: bytes) -> Photo:
    """Take a picture in. Codes: photo_too_large, not_a_photo."""
    if len(content) > LARGEST_PHOTO:
        raise ReadingRefused(
            _("The photo is larger than %(limit)s MB. Send a smaller one."),
            code="photo_too_large",
            params={"limit": LARGEST_PHOTO // MEGABYTE},
        )
    kind = _kind(content)
    if kind is None:
        raise ReadingRefused(_("This is no photo. Send a JPEG, PNG or WebP picture."), code="not_a_photo")
    # The name that the sender gave says nothing and may say too much.
    return Photo(f"{secrets.token_hex(16)}.{kind}", content)


def _kind(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content:
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content:
        return "png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return None
