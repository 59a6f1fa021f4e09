import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Tariff, TariffVersion
from billing.services.refusals import TariffRefused
from billing.services.tariff_checks import check_rules, check_version
from billing.services.tariff_terms import check_terms


class UniqueKeys(json.JSONDecoder):
    """JSON keeps the last of two equal keys in silence; a price must not be lost that way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(object_pairs_hook=_unique_keys, **options)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise json.JSONDecodeError("a key stands twice", "", 0)
    return found


class JsonField(forms.JSONField):
    """A JSON document in a large box, indented as a person would write it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            decoder=UniqueKeys,
            widget=forms.Textarea(attrs={"rows": 28, "cols": 100, "spellcheck": "false"}),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False, indent=2)
        return super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        document = super().clean(value)
        if document is not None and not isinstance(document, dict):
            raise ValidationError(_("This must be an object in braces."), code="not_an_object")
        return document


class TariffForm(forms.ModelForm[Tariff]):
    """A tariff without its prices. What the verb would refuse is said beside the field."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=Tariff.Kind.choices)
    rules = JsonField(label=gettext_lazy("rules"), required=False)

    class Meta:
        model = Tariff
        fields = ("code", "name", "name_en", "service", "branch", "kind", "rules", "source", "due_days")

    def clean_rules(self) -> dict[str, Any]:
        return self.cleaned_data["rules"] or {}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            wanted = Tariff(**{**_row(self.instance), **said})
            _say(self, "rules", lambda: check_rules(wanted.kind, wanted.rules))
            _say(self, "service", lambda: check_terms(wanted))
        return said


class TariffVersionForm(forms.ModelForm[TariffVersion]):
    """A draft: its day and its prices, compiled by the engine that makes the bills."""

    prices = JsonField(
        label=gettext_lazy("prices"),
        help_text=gettext_lazy("A version in the form of docs/formats.md, without its date."),
    )

    class Meta:
        model = TariffVersion
        fields = ("tariff", "effective_from", "prices")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            wanted = TariffVersion(**{**_row(self.instance), **said})
            try:
                check_version(wanted)
            except TariffRefused as refusal:
                is_price = {one.code for one in refusal.error_list} == {"bad_tariff"}
                self.add_error("prices" if is_price else "effective_from", refusal)
        return said


def _row(instance: Any) -> dict[str, Any]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def _say(form: Any, field: str, check: Any) -> None:
    try:
        check()
    except TariffRefused as refusal:
        form.add_error(field, refusal)
