"""The collector's list: every open case that a person sees, with its figures, in one statement each."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from billing.money import NO_MONEY
from billing.queries.arrears.ageing import AGES
from billing.queries.arrears.limitation import LIMITS, PROVABLE, WARNED_DAYS

# Nobody has spoken with the customer for so many days.
SILENT_DAYS = 30

# What a tab shows, as a condition on a row of `listed`.
TABS = {
    "all": "true",
    "approval": "waits_for_approval",
    "silent": "is_silent",
    "promised": "is_promised",
    "held": "is_held",
    "lapsing": "is_lapsing",
}
TAB_LABELS = {
    "all": _("all cases"),
    "approval": _("to be approved"),
    "silent": _("not spoken with for a month"),
    "promised": _("promised"),
    "held": _("held"),
    "lapsing": _("limitation within 90 days"),
}
SORTS = {
    "amount": "amount DESC, id",
    "age": "oldest, id",
    "contact": "contacted_at NULLS FIRST, id",
    "lapse": "lapses_on, id",
    "place": "community, building, unit, room, id",
}

# What narrows the cases down, by the field of the selection that does.
_NARROW = {
    "branch_id": "a.branch_id = %(branch_id)s",
    "owner_id": "d.owner_id = %(owner_id)s",
    "district_id": "d.id = %(district_id)s",
    "service": "a.service = %(service)s",
}
_CHOSEN = """
    SELECT c.id AS case_id, c.account_id{names}
    FROM billing_arrearscase c
    JOIN accounts_account a ON a.id = c.account_id
    JOIN accounts_premises p ON p.id = a.premises_id
    JOIN accounts_district d ON d.id = p.district_id{more}
    WHERE c.state = 'OPEN'
"""
# Nothing is asked of the account: its case alone says which it is.
_CHOSEN_OF_ALL = "SELECT c.id AS case_id, c.account_id FROM billing_arrearscase c WHERE c.state = 'OPEN'"
_CHOSEN_NAMES = """, c.level, a.account_no, a.service, p.street, p.community, p.building, p.unit, p.room,
        d.name AS district, d.name_en AS district_en, customer.name"""
_CUSTOMER = " JOIN accounts_customer customer ON customer.id = a.customer_id"
_LISTED = f"""
    WITH chosen AS ({{chosen}}), {LIMITS}, total AS (
        SELECT account_id, sum(amount) AS amount, min(due_on) AS oldest, min(lapses_on) AS lapses_on, count(*) AS bills
        FROM owing GROUP BY account_id
    ), contact AS (
        SELECT account_id, max(at) AS contacted_at FROM billing_contactattempt
        WHERE account_id IN (SELECT account_id FROM chosen) GROUP BY account_id
    ), hold AS (
        SELECT account_id, bool_or(kind IN ('PROMISE', 'INSTALMENTS')) AS is_promised FROM billing_arrearshold
        WHERE account_id IN (SELECT account_id FROM chosen) AND lifted_at IS NULL
            AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s)
        GROUP BY account_id
    ), waiting AS (
        SELECT DISTINCT ON (s.case_id) s.case_id, s.state, s.rule_id
        FROM billing_casestep s
        WHERE s.case_id IN (SELECT case_id FROM chosen) AND s.state IN ('PROPOSED', 'DUE', 'SENT')
        ORDER BY s.case_id, s.id DESC
    ), listed AS (
        SELECT chosen.case_id AS id, chosen.account_id, amount, oldest, %(on)s - oldest AS days, lapses_on,
            COALESCE(waiting.state = 'PROPOSED', false) AS waits_for_approval,
            COALESCE(contacted_at < %(silent_since)s, true) AS is_silent,
            COALESCE(is_promised, false) AS is_promised, hold.account_id IS NOT NULL AS is_held,
            lapses_on <= %(warned)s AS is_lapsing{{listed}}
        FROM chosen JOIN total USING (account_id)
        LEFT JOIN contact USING (account_id) LEFT JOIN hold USING (account_id)
        LEFT JOIN waiting ON waiting.case_id = chosen.case_id{{step}}
        WHERE amount >= %(least)s
    )
"""  # noqa: S608 - texts of our own
_LISTED_NAMES = """, account_no, name, service, district, district_en, street, community, building, unit, room, level,
            bills, contacted_at, waiting.state AS step_state, step.stage, step.channel"""
_STEP = " LEFT JOIN billing_policystep step ON step.id = waiting.rule_id"


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose cases, and which. None and "" mean every one."""

    branch_id: int | None = None
    owner_id: int | None = None
    district_id: int | None = None
    service: str = ""
    least: Decimal = NO_MONEY
    tab: str = "all"
    age: str = ""
    sort: str = "amount"


@dataclass(frozen=True, slots=True)
class Figure:
    """How many cases stand behind a word, and what they owe."""

    code: str
    label: str
    cases: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    tabs: list[Figure]
    ages: list[Figure]


@dataclass(frozen=True, slots=True)
class CaseRows:
    """The selected cases in their order; a page asks for its own rows alone."""

    selection: Selection
    on: datetime.date
    total: int

    def __len__(self) -> int:
        return self.total

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self[: self.total])

    def __getitem__(self, wanted: slice) -> list[dict[str, Any]]:
        start, stop = wanted.start or 0, self.total if wanted.stop is None else wanted.stop
        statement = (
            f"{_rows_of(self.selection)} SELECT * FROM listed WHERE {_fits(self.selection)} "  # noqa: S608 - texts of our own
            f"ORDER BY {SORTS[self.selection.sort]} LIMIT %(limit)s OFFSET %(start)s"
        )
        values = {**_values(self.selection, self.on), "limit": max(stop - start, 0), "start": start}
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def scope_of(staff: Staff) -> int | None:
    """The branch whose cases exist for this person; None for every one."""
    return None if staff.has_perm("accounts.see_every_branch") else staff.branch_id or 0


def figures_of(selection: Selection, on: datetime.date) -> Figures:
    """What stands behind each tab, and behind each age within the chosen tab. One query."""
    tabs = [
        f"count(*) FILTER (WHERE {fits}), COALESCE(sum(amount) FILTER (WHERE {fits}), 0)"
        for fits in TABS.values()
    ]
    shown = TABS[selection.tab]
    ages = [
        f"count(*) FILTER (WHERE {shown} AND {_of_age(age.code)}), "
        f"COALESCE(sum(amount) FILTER (WHERE {shown} AND {_of_age(age.code)}), 0)"
        for age in AGES
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_facts_of(selection)} SELECT {', '.join(tabs + ages)} FROM listed",  # noqa: S608 - texts of our own
            _values(selection, on),
        )
        found = list(cursor.fetchone() or ())
    pairs = list(zip(found[::2], found[1::2], strict=True))
    return Figures(
        [
            Figure(code, str(TAB_LABELS[code]), *pair)
            for code, pair in zip(TABS, pairs[: len(TABS)], strict=True)
        ],
        [Figure(age.code, str(age.label), *pair) for age, pair in zip(AGES, pairs[len(TABS) :], strict=True)],
    )


def cases_of(selection: Selection, on: datetime.date, figures: Figures) -> CaseRows:
    """The rows behind the figures that are chosen."""
    if selection.age:
        total = next(one.cases for one in figures.ages if one.code == selection.age)
    else:
        total = next(one.cases for one in figures.tabs if one.code == selection.tab)
    return CaseRows(selection, on, total)


def accounts_of(selection: Selection, on: datetime.date) -> list[int]:
    """The accounts of all selected cases, in the chosen order: what a mailing starts from. One query."""
    statement = (
        f"{_rows_of(selection)} SELECT account_id FROM listed WHERE {_fits(selection)} "  # noqa: S608 - texts of our own
        f"ORDER BY {SORTS[selection.sort]}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(selection, on))
        return [pk for (pk,) in cursor.fetchall()]


def _rows_of(selection: Selection) -> str:
    """The cases with all that stands in a row."""
    chosen = _CHOSEN.format(names=_CHOSEN_NAMES, more=_CUSTOMER) + _narrowed(selection)
    return _LISTED.format(chosen=chosen, listed=_LISTED_NAMES, step=_STEP)


def _facts_of(selection: Selection) -> str:
    """The cases with what is counted alone: no names, no places, nothing that a sum does not need."""
    narrowed = _narrowed(selection)
    chosen = _CHOSEN.format(names="", more="") + narrowed if narrowed else _CHOSEN_OF_ALL
    return _LISTED.format(chosen=chosen, listed="", step="")


def _narrowed(selection: Selection) -> str:
    asked = asdict(selection)
    return "".join(f" AND {fits}" for field, fits in _NARROW.items() if asked[field] not in (None, ""))


def _fits(selection: Selection) -> str:
    return f"{TABS[selection.tab]} AND {_of_age(selection.age)}"


def _of_age(code: str) -> str:
    for age in AGES:
        if age.code == code:
            return f"days >= {age.since}" + (f" AND days <= {age.until}" if age.until else "")
    return "true"


def _values(selection: Selection, on: datetime.date) -> dict[str, Any]:
    return {
        **asdict(selection),
        "on": on,
        "provable": list(PROVABLE),
        "warned": on + datetime.timedelta(days=WARNED_DAYS),
        "silent_since": on - datetime.timedelta(days=SILENT_DAYS),
    }
