import json
from copy import copy
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Tariff, TariffVersion
from billing.services.refusals import TariffRefused
from billing.services.tariff_checks import check_rules, check_version
from billing.services.tariff_terms import check_terms
from billing.tariff_file.reading import can_be_kept

Row = TypeVar("Row", Tariff, TariffVersion)
_FIELDS = {"bad_tariff": "rules", "code_taken": "code"}


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

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as fault:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from fault

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed is shown again as it was typed where it is no document."""
        try:
            document = super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)
        return document if can_be_kept(document) else InvalidJSONInput(data)

    def clean(self, value: Any) -> Any:
        document = super().clean(value)
        if not can_be_kept(document):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
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
            wanted = _as_said(self.instance, said)
            try:
                check_rules(wanted.kind, wanted.rules)
                check_terms(wanted)
            except TariffRefused as refusal:
                self.add_error(_FIELDS.get(_code(refusal), "service"), refusal)
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
            try:
                check_version(_as_said(self.instance, said))
            except TariffRefused as refusal:
                is_price = _code(refusal) == "bad_tariff"
                self.add_error("prices" if is_price else "effective_from", refusal)
        return said


def _as_said(instance: Row, said: dict[str, Any]) -> Row:
    """The row as it would be saved; the form's own instance is left alone until it is."""
    wanted = copy(instance)
    for name, value in said.items():
        setattr(wanted, name, value)
    return wanted


def _code(refusal: TariffRefused) -> str:
    return str(refusal.error_list[0].code)
