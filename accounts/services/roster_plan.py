"""What a roster would do to the books: which accounts are new, and which values of known ones differ."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.queries.on_file import (
    KnownDistrict,
    OnFile,
    accounts_on_file,
    known_districts,
    owners_of_old_numbers,
    phones_on_file,
)
from accounts.roster.corrections import Corrections
from accounts.roster.problems import Problem
from accounts.roster.reading import Roster
from accounts.roster.row import RosterRow

CHUNK = 5000

# What a roster may correct. Service, branch and opening date are what an account is; its state changes
# by the verbs of account_states, with a reason.
ACCOUNT = ("old_account_no", "category", "persons", "shared_households", "billed_area")
CUSTOMER = ("name", "kind", "id_number", "unified_code", "low_income_no", "low_income_until")
PLACE = ("district_id", "street", "community", "building", "unit", "room", "building_area", "inner_area")


class RosterPlan:
    """Read a roster to its end against the books; every problem of every row is kept."""

    def __init__(self, roster: Roster) -> None:
        self.new: list[tuple[RosterRow, KnownDistrict]] = []
        self.accounts, self.customers, self.places = map(Corrections, (ACCOUNT, CUSTOMER, PLACE))
        self.phones: dict[tuple[int, str], None] = {}
        self.rows = self.changed = self.unchanged = 0
        # Accounts whose state in the file is another than in the books.
        self.other_state = 0
        self.problems: list[Problem] = []
        self._headings = roster.headings
        self._districts = known_districts()
        self._row_of: dict[str, int] = {}
        self._row_of_old: dict[str, int] = {}
        for chunk in _chunks(roster.entries, CHUNK):
            self._take(chunk)
        self.problems.sort()

    def _take(self, entries: Sequence[RosterRow | Problem]) -> None:
        self.problems += [entry for entry in entries if isinstance(entry, Problem)]
        rows = [entry for entry in entries if isinstance(entry, RosterRow)]
        self.rows += len(rows)
        on_file = accounts_on_file([row.account_no for row in rows])
        owners = owners_of_old_numbers([row.old_account_no for row in rows if row.old_account_no])
        phones = phones_on_file({known.customer_id for known in on_file.values()})
        for row in rows:
            known = on_file.get(row.account_no)
            district = self._checked_district(row, known, owners)
            if district is None:
                continue
            if known is None:
                self.new.append((row, district))
            else:
                self._compare(row, known, district, phones.get(known.customer_id, set()))

    def _checked_district(
        self, row: RosterRow, known: OnFile | None, owners: dict[str, str]
    ) -> KnownDistrict | None:
        before = len(self.problems)
        district = self._districts.get(row.district)
        self._check_numbers(row, owners)
        if district is None:
            self._refuse(row, "district", _("There is no district %s.") % row.district, "unknown_district")
        elif row.branch and row.branch != district.branch_code:
            self._refuse(row, "branch", _("The district belongs to another branch."), "other_branch")
        elif known and district.branch_id != known.branch_id:
            self._refuse(row, "district", _("The account belongs to another branch."), "other_branch")
        if known and row.service != known.service:
            self._refuse(row, "service", _("The account has another service."), "other_service")
        if known and row.opened_on != known.opened_on:
            self._refuse(row, "opened_on", _("The account was opened on another day."), "other_opening")
        return district if len(self.problems) == before else None

    def _check_numbers(self, row: RosterRow, owners: dict[str, str]) -> None:
        earlier = self._row_of.setdefault(row.account_no, row.number)
        if earlier != row.number:
            self._refuse(row, "account_no", _("The same number stands in row %s.") % earlier, "twice")
        if not (old := row.old_account_no):
            return
        earlier = self._row_of_old.setdefault(old, row.number)
        if earlier != row.number:
            self._refuse(row, "old_account_no", _("The same number stands in row %s.") % earlier, "twice")
        elif owners.get(old, row.account_no) != row.account_no:
            self._refuse(row, "old_account_no", _("The number belongs to account %s.") % owners[old], "taken")

    def _compare(self, row: RosterRow, known: OnFile, district: KnownDistrict, phones: set[str]) -> None:
        account = [getattr(row, column) for column in ACCOUNT]
        customer = [getattr(row, column) for column in CUSTOMER]
        place = [district.pk, *row.address, row.building_area, row.inner_area]
        tellings = (
            (self.accounts, known.pk, account, ""),
            (self.customers, known.customer_id, customer, "customer__"),
            (self.places, known.premises_id, place, "premises__"),
        )
        for corrections, key, values, prefix in tellings:
            current = tuple(getattr(known, prefix + column) for column in corrections.columns)
            if column := corrections.tell(key, current, values):
                sentence = _("Another row says otherwise about the same customer or place.")
                self._refuse(row, column.removesuffix("_id"), sentence, "contradiction")
                return
        new_phones = [phone for phone in row.phones if phone not in phones]
        self.phones |= {(known.customer_id, phone): None for phone in new_phones}
        differs = any(corrections.changes(key) for corrections, key, _values, _prefix in tellings)
        self.changed += bool(differs or new_phones)
        self.unchanged += not (differs or new_phones)
        self.other_state += row.state not in (None, known.state)

    def _refuse(self, row: RosterRow, column: str, sentence: str, code: str) -> None:
        self.problems.append(Problem(row.number, self._headings.get(column, ""), sentence, code))


def kind_of(row: RosterRow) -> str:
    return row.kind or (Customer.Kind.UNIT if row.unified_code else Customer.Kind.PERSON)


def _chunks(entries: Iterable[RosterRow | Problem], size: int) -> Iterator[list[RosterRow | Problem]]:
    entries = iter(entries)
    while chunk := list(islice(entries, size)):
        yield chunk
