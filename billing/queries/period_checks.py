"""The check list before a billing period is closed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import BillRun, BillRunFinding
from billing.queries.bill_runs import open_chunks


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so before the period is closed."""

    code: str
    holds: bool
    sentence: str


def period_checks(run: BillRun) -> Sequence[Check]:
    """What must hold, in the order in which somebody would look."""
    left = open_chunks(run).total()
    unexplained = run.findings.filter(kind=BillRunFinding.Kind.UNPRICED, explanation="").count()
    return [
        Check(
            "not_published",
            run.is_published,
            _("The bills are published.") if run.is_published else _("The bills are not published yet."),
        ),
        Check(
            "chunks_left",
            not left,
            ngettext("%(left)s chunk is not written yet.", "%(left)s chunks are not written yet.", left)
            % {"left": left}
            if left
            else _("Every chunk is written."),
        ),
        Check(
            "unexplained",
            not unexplained,
            ngettext(
                "%(unexplained)s account without a price has no explanation.",
                "%(unexplained)s accounts without a price have no explanation.",
                unexplained,
            )
            % {"unexplained": unexplained}
            if unexplained
            else _("Every account without a price is explained."),
        ),
    ]
