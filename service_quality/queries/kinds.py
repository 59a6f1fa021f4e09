"""The five kinds of a card, as pages show them: a word, what it stands for, and a colour of their own."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from service_quality.models import PraiseCard
from service_quality.promotions import KINDS


@dataclass(frozen=True, slots=True)
class KindRow:
    code: str
    label: str
    meaning: str
    is_chosen: bool

    @property
    def tone(self) -> str:
        """The end of a class in cards.css."""
        return self.code.lower()


def kind_rows(chosen: Any = "") -> list[KindRow]:
    meanings = {
        "POLITE": _("friendly in word and manner"),
        "PATIENT": _("explains until it is understood"),
        "POSITIVE": _("lends a hand without being asked"),
        "PASSIONATE": _("warm, as with a neighbour"),
        "PROFESSIONAL": _("knows the matter and gets it done"),
    }
    return [KindRow(kind, str(PraiseCard.Kind(kind).label), meanings[kind], kind == chosen) for kind in KINDS]
