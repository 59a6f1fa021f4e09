"""Why a message or a letter did not go out, in words."""

from django.utils.translation import gettext as _

from billing.queries.arrears.reminders import WhyNot


def reason_in_words(code: str) -> str:
    """The sentence for a code. What a gateway says in its own words stays as it is."""
    words = {
        **{code: str(label) for code, label in WhyNot.choices},
        "UNKNOWN": _("not an account of yours"),
        "TODAY_ALREADY": _("has had this text today"),
        "REMINDED": _("had a message within the last days"),
        "HAS_ONE": _("has its letter already"),
        "STEP_OVER": _("the step is over"),
        "missing_field": _("the text names something that is not known for this account"),
        "unknown_template": _("the text is not in templates/notices/"),
        "unknown_field": _("the text names what nobody can fill in"),
        "NOT_SENT": _("a person said that it was not sent"),
        "WORKER_GONE": _("the worker that took it never came back"),
    }
    return words.get(code, code)
