from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_quality.models import PraiseCard
from service_quality.models.praise_card import PraiseCardQuerySet

EVERY = [("", _("any"))]
STATES = [
    ("", _("that count")),
    ("words", _("words to be read first")),
    ("void", _("voided")),
]


class CardListForm(forms.Form):
    """Which cards are shown. Everything may be left out; what makes no sense counts as left out."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2999, required=False)
    person = forms.CharField(label=_("Staff number of the receiver"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[*EVERY, *PraiseCard.Kind.choices], required=False)
    source = forms.ChoiceField(
        label=pgettext_lazy("card", "From"), choices=[*EVERY, *PraiseCard.Source.choices], required=False
    )
    state = forms.ChoiceField(label=_("Cards"), choices=STATES, required=False)

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, cards: PraiseCardQuerySet) -> PraiseCardQuerySet:
        data = self.chosen()
        state = data.get("state")
        wanted = Q(voided_at__isnull=state != "void")
        if state == "words":
            wanted &= Q(shown_at__isnull=True) & ~Q(text="")
        if "year" in data:
            wanted &= Q(given_on__year=data["year"])
        if "person" in data:
            wanted &= Q(receiver__number=data["person"])
        wanted &= Q(**{name: data[name] for name in ("kind", "source") if name in data})
        return cards.filter(wanted)

    def address(self) -> str:
        return "".join(f"{name}={value}&" for name, value in self.chosen().items())
