import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from billing.forms.amount import AmountField
from billing.models import FlaggedDay, PolicyStep
from billing.services.arrears.policy_terms import (
    LONGEST_SOURCE,
    LONGEST_WAIT,
    MOST_STEPS,
    PolicyTerms,
    StepTerms,
)

EMPTY_STEPS = 2
LONGEST_HOUR = 24
A_DAY_OF_MINUTES = 1440


def _date(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs)


class PolicyForm(forms.Form):
    """From when the version holds, and who comes onto the ladder at all."""

    effective_from = _date(label=_("In force from"))
    min_overdue_days = forms.IntegerField(
        label=_("Days overdue at least"), min_value=1, max_value=LONGEST_WAIT
    )
    threshold = AmountField(label=_("Debt at least"))
    source = forms.CharField(label=_("Decided in"), max_length=LONGEST_SOURCE)


class StepForm(forms.Form):
    """One rung. A row without a stage is not a step."""

    stage = forms.ChoiceField(
        label=_("Stage"), choices=[("", _("no step")), *PolicyStep.Stage.choices], required=False
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=PolicyStep.Channel.choices, required=False)
    template = forms.SlugField(label=_("Text"), max_length=40, required=False)
    min_days = forms.IntegerField(
        label=_("Days after the delivered step before"), min_value=0, max_value=LONGEST_WAIT, required=False
    )
    notice_days = forms.IntegerField(
        label=_("Announced days before"), min_value=0, max_value=LONGEST_WAIT, required=False
    )
    notice_valid_days = forms.IntegerField(
        label=_("Announcement valid for days"), min_value=0, max_value=LONGEST_WAIT, required=False
    )
    last_word_minutes = forms.IntegerField(
        label=_("Told again minutes before"), min_value=0, max_value=A_DAY_OF_MINUTES, required=False
    )
    latest_hour = forms.IntegerField(
        label=_("Not after, o'clock"), min_value=1, max_value=LONGEST_HOUR, required=False
    )
    suspends_business = forms.BooleanField(label=_("Suspends business"), required=False)
    refuses_next_season = forms.BooleanField(label=_("Refuses the next season"), required=False)
    forbidden = forms.MultipleChoiceField(
        label=_("Not"),
        choices=PolicyStep.Forbidden.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("stage"):
            for name in ("channel", "template", "min_days"):
                if data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, forms.ValidationError(_("A step needs this."), code="required"))
        return data

    def terms(self) -> StepTerms:
        """What a stage does to the supply follows from the stage."""
        data = self.cleaned_data
        return StepTerms(
            stage=data["stage"],
            channel=data["channel"],
            template=data["template"],
            min_days=data["min_days"],
            notice_days=data["notice_days"] or 0,
            notice_valid_days=data["notice_valid_days"] or 0,
            last_word_minutes=data["last_word_minutes"] or 0,
            limits_supply=data["stage"] == PolicyStep.Stage.RESTRICT,
            stops_supply=data["stage"] == PolicyStep.Stage.STOP,
            suspends_business=data["suspends_business"],
            refuses_next_season=data["refuses_next_season"],
            forbidden=tuple(data["forbidden"]),
            latest_hour=data["latest_hour"] or 16,
        )


_Steps = forms.formset_factory(StepForm, extra=0, max_num=MOST_STEPS, validate_max=True)


class PolicyEditor:
    """The version and its steps as one form."""

    def __init__(self, data: Any = None, *, terms: PolicyTerms | None = None) -> None:
        steps = terms.steps if terms else ()
        rows = [{name: getattr(one, name) for name in one.__slots__} for one in steps]
        rows += [{}] * min(EMPTY_STEPS, MOST_STEPS - len(rows))
        self.form = PolicyForm(data, initial=_head(terms))
        self.steps = _Steps(data, prefix="step", initial=rows)

    def is_valid(self) -> bool:
        # Both, so that every mistake shows at once.
        return all([self.form.is_valid(), self.steps.is_valid()])

    @property
    def is_refused(self) -> bool:
        return bool(self.form.is_bound and (self.form.errors or self.steps.total_error_count()))

    def terms(self) -> PolicyTerms:
        steps = tuple(one.terms() for one in self.steps if one.cleaned_data.get("stage"))
        return PolicyTerms(**self.form.cleaned_data, steps=steps)


def _head(terms: PolicyTerms | None) -> dict[str, Any]:
    if terms is None:
        return {"min_overdue_days": 1, "threshold": Decimal("0.00")}
    names = ("effective_from", "min_overdue_days", "threshold", "source")
    return {name: getattr(terms, name) for name in names}


class SimulationDayForm(forms.Form):
    """As of which day: the books say nothing of a day to come."""

    on = _date(label=_("On the day"))

    def __init__(self, data: Any, *, latest: datetime.date) -> None:
        super().__init__(data)
        self.latest = latest

    def clean_on(self) -> datetime.date:
        on: datetime.date = self.cleaned_data["on"]
        if on > self.latest:
            raise forms.ValidationError(_("Choose today or an earlier day."), code="in_the_future")
        return on


class FlaggedDaysForm(forms.Form):
    """Days on which nobody is cut off; one day is from and to the same."""

    first = _date(label=_("First day"))
    last = _date(label=_("Last day"), required=False, help_text=_("Empty: one day only."))
    kind = forms.ChoiceField(label=_("Why"), choices=FlaggedDay.Kind.choices)
    branch = forms.ModelChoiceField(
        Branch.objects.all(), label=_("Branch"), required=False, empty_label=_("all branches")
    )
    note = forms.CharField(label=_("Note"), max_length=100, required=False)
