"""What the acts on a matter are called on the page, and the key of each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HANDLES = "service_quality.change_matter"
DISPATCHES = "service_quality.dispatch_matter"


@dataclass(frozen=True, slots=True)
class Words:
    """The button, its key, who may press it at all, and what is said when it is done."""

    label: "_StrPromise"
    key: str
    permission: str
    done: "_StrPromise"


# In the order in which the page shows them: first what is most likely next.
ACTS = {
    "claim": Words(_("Take it up"), "1", HANDLES, _("It is yours: you answer for it.")),
    "accept": Words(_("Accept the hand-over"), "1", HANDLES, _("It is in your hand now.")),
    "return": Words(_("Give it back"), "2", HANDLES, _("Given back, with your reason.")),
    "answer": Words(_("Answer the customer"), "3", HANDLES, _("Answered; the clock has stopped.")),
    "close": Words(_("Close"), "4", HANDLES, _("Closed.")),
    "tell": Words(_("Tell how it stands"), "5", HANDLES, _("Written down: the customer was told.")),
    "note": Words(_("Note"), "6", HANDLES, _("Noted.")),
    "offer": Words(_("Hand over"), "7", HANDLES, _("Offered; it is yours until it is accepted.")),
    "extend": Words(_("Ask for more time"), "8", HANDLES, _("Asked; a second person decides.")),
    "decide": Words(_("Decide on more time"), "9", "service_quality.decide_extension", _("Decided.")),
    "remind": Words(_("Remind the handler"), "0", DISPATCHES, _("Reminded, and counted.")),
    "classify": Words(_("Classify anew"), "c", DISPATCHES, _("Classified; the dates follow.")),
    "join": Words(_("Same as another matter"), "s", HANDLES, _("Joined; the other matter answers for both.")),
    "attach": Words(_("Add a file"), "f", HANDLES, _("The file is with the matter.")),
    "rate": Words(_("Ask back"), "r", HANDLES, _("The customer's word is kept.")),
    "reopen": Words(_("Reopen"), "o", HANDLES, _("Open again, with clocks from now.")),
}
