"""Who owes and how long, and the clocks of the ladder, each figure as its list of the workbench counts it."""

from dataclasses import dataclass

from billing.queries.arrears.workbench import Selection, figures_of
from config.dashboard.scope import Figure, Scope, page

# The tabs of the workbench that say what presses.
CLOCKS = ("approval", "lapsing", "silent", "promised", "held")
PRESSING = {"approval": "wait", "lapsing": "late"}


@dataclass(frozen=True, slots=True)
class Arrears:
    total: Figure
    ages: list[Figure]
    clocks: list[Figure]

    @property
    def most(self) -> Figure | None:
        return max(self.ages, key=lambda one: one.amount, default=None)


def arrears_of(scope: Scope) -> Arrears:
    """One query over the open cases."""
    found = figures_of(Selection(branch_id=scope.branch_id), scope.today)
    tabs = {one.code: one for one in found.tabs}
    shown = {"whose": "all", "branch": scope.branch_id}
    return Arrears(
        total=Figure("", tabs["all"].cases, page("billing:arrears_workbench", **shown), tabs["all"].amount),
        ages=[
            Figure(one.label, one.cases, page("billing:arrears_workbench", age=one.code, **shown), one.amount)
            for one in found.ages
        ],
        clocks=[
            Figure(
                tabs[code].label,
                tabs[code].cases,
                page("billing:arrears_workbench", tab=code, **shown),
                tabs[code].amount,
                PRESSING.get(code, "") if tabs[code].cases else "",
            )
            for code in CLOCKS
        ],
    )
