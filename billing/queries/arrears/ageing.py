"""How old a debt is, in the classes that the office speaks of."""

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Age(NamedTuple):
    """Debts overdue from so many days to so many, both included."""

    code: str
    label: "_StrPromise"
    since: int
    until: int | None


AGES = (
    Age("30", _("up to 30 days"), 1, 30),
    Age("90", _("31 to 90 days"), 31, 90),
    Age("180", _("91 to 180 days"), 91, 180),
    Age("365", _("181 to 365 days"), 181, 365),
    Age("1095", _("one to three years"), 366, 1095),
    Age("old", _("over three years"), 1096, None),
)
