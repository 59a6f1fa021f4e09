"""What the audit trail calls what was done. Each app names its own actions, from its AppConfig.ready()."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_words: "dict[str, _StrPromise]" = {
    "account.open": _("account opened"),
    "account.suspend": _("supply suspended on request"),
    "account.resume": _("supply resumed on request"),
    "account.restrict": _("supply restricted"),
    "account.stop": _("supply stopped"),
    "account.reconnect": _("supply reconnected"),
    "account.close": _("account closed"),
    "account.import_roster": _("roster imported"),
    "record_evidence": _("household evidence recorded"),
    "extend_evidence": _("household evidence extended"),
    "withdraw_evidence": _("household evidence withdrawn"),
    "district.give": _("district given to its owner"),
    "calendar.import": _("working calendar imported"),
    "personal_data.reveal": _("personal data shown in full"),
    "sign_in.unlock": _("number unlocked"),
    "admin.add": _("added on the admin pages"),
    "admin.change": _("changed on the admin pages"),
}


def name_actions(words: "Mapping[str, _StrPromise]") -> None:
    _words.update(words)


def action_in_words(action: str) -> str:
    return str(_words.get(action, action))


def kind_in_words(object_type: str) -> str:
    """billing.payment → what a payment is called on the page."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        # Not a model, or none any more.
        return object_type
