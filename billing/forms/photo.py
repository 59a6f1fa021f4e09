from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.services.photos import LARGEST_PHOTO, Photo, check_photo


class PhotoField(forms.FileField):
    """A picture from the telephone; answers a Photo, or None when none was taken."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            help_text=_("JPEG, PNG or WebP, up to 5 MB."),
            widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
        )

    def clean(self, data: Any, initial: Any = None) -> Photo | None:
        sent = super().clean(data, initial)
        # Judged by its content; what the telephone says about it counts for nothing.
        return check_photo(sent.read(LARGEST_PHOTO + 1)) if sent else None
