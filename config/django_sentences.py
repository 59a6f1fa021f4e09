"""Sentences of Django that its Chinese catalogue lacks, or sets with half-width marks: ours has them."""

from django.utils.translation import gettext_noop

SENTENCES = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
    # What follows a label, and the marks after which nothing follows.
    gettext_noop(":"),
    gettext_noop(":?.!"),
)
