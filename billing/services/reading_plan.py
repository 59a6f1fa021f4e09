"""What a file of readings would do to the books: which are new, which are known, and what is wrong."""

import datetime
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.roster.problems import Problem
from billing.meter_use import Known, Place, Taken
from billing.models import Reading
from billing.queries.meter_places import places_named, read_known
from billing.queries.reading_policies import policies
from billing.reading_file import ReadingFile, ReadingRow
from billing.services.reading_checks import check_reading
from billing.services.readings import choose_place
from billing.services.refusals import ReadingRefused

CHUNK = 5000

Item = TypeVar("Item")
Progress = Callable[[int, int], None]


class ReadingPlan:
    """Read a file to its end against the books; every problem of every row is kept."""

    def __init__(self, file: ReadingFile, *, by: Staff | None, today: datetime.date) -> None:
        self.new: list[tuple[ReadingRow, Place, list[str]]] = []
        self.rows = self.unchanged = 0
        self.odd: Counter[str] = Counter()
        self.problems: list[Problem] = []
        self.readers: dict[str, int] = {}
        self._headings = file.headings
        self._by = by
        self._today = today
        self._policies = policies()
        self._places: dict[int, Place] = {}
        self._rows_of: dict[int, list[ReadingRow]] = defaultdict(list)
        for entries in _chunks(file.entries, CHUNK):
            self._take(entries)

    def check(self, progress: Progress | None = None) -> None:
        """Compare what was taken with the readings that are known, meter by meter."""
        done = 0
        for keys in _chunks(iter(self._rows_of), CHUNK):
            first_days = {key: min(row.read_on for row in self._rows_of[key]) for key in keys}
            read_known(self._places, first_days)
            for key in keys:
                self._check_meter(self._places[key], self._rows_of[key])
                # Not needed any more, and there are many of them.
                self._places[key].known = []
            done += len(keys)
            if progress:
                progress(done, len(self._rows_of))
        self.problems.sort()

    @property
    def account_ids(self) -> set[int]:
        return {place.account_id for place in self._places.values()}

    def _take(self, entries: Sequence[ReadingRow | Problem]) -> None:
        self.problems += [entry for entry in entries if isinstance(entry, Problem)]
        rows = [entry for entry in entries if isinstance(entry, ReadingRow)]
        self.rows += len(rows)
        by_serial, by_account = self._find(rows)
        self._find_readers({row.reader for row in rows if row.reader})
        for row in rows:
            try:
                place = self._place(row, by_serial, by_account)
            except ReadingRefused as refusal:
                self._refuse(row, "serial_no" if row.serial_no else "account_no", refusal)
                continue
            if row.reader and row.reader not in self.readers:
                sentence = _("There is nobody with the number %s.") % row.reader
                self.problems.append(
                    Problem(row.number, self._headings["reader"], sentence, "unknown_reader")
                )
                continue
            self._rows_of[place.installation_id].append(row)

    def _find(
        self, rows: Sequence[ReadingRow]
    ) -> tuple[Mapping[str, list[Place]], Mapping[str, list[Place]]]:
        serials = {row.serial_no for row in rows if row.serial_no}
        accounts = {row.account_no for row in rows if row.account_no}
        by_serial: dict[str, list[Place]] = defaultdict(list)
        by_account: dict[str, list[Place]] = defaultdict(list)
        for found in places_named(serials, accounts):
            if self._by is not None and not self._by.sees_branch(found.branch_id):
                continue
            place = self._places.setdefault(found.installation_id, found)
            by_serial[place.serial_no].append(place)
            by_account[place.account_no].append(place)
        missing = accounts - by_account.keys()
        for account_no in Account.objects.filter(account_no__in=missing).values_list("account_no", flat=True):
            # Known, but without a meter.
            by_account[account_no] = []
        return by_serial, by_account

    def _find_readers(self, numbers: set[str]) -> None:
        unknown = numbers - self.readers.keys()
        if unknown:
            self.readers |= dict(Staff.objects.filter(number__in=unknown).values_list("number", "pk"))

    def _place(
        self, row: ReadingRow, by_serial: Mapping[str, list[Place]], by_account: Mapping[str, list[Place]]
    ) -> Place:
        """The installation that a row means. Codes: unknown_account, unknown_meter, account_closed, wrong_meter,
        which_meter, which_service."""
        if row.account_no and row.account_no not in by_account:
            raise ReadingRefused(_("There is no such account."), code="unknown_account")
        if row.serial_no and row.serial_no not in by_serial:
            raise ReadingRefused(_("There is no such meter."), code="unknown_meter")
        places = by_account[row.account_no] if row.account_no else by_serial[row.serial_no]
        if row.service:
            places = [place for place in places if place.service == row.service]
        if not row.account_no and len({place.service for place in places}) > 1:
            raise ReadingRefused(
                _("Meters of several services bear this number: add the service or the account."),
                code="which_service",
            )
        place = choose_place(places, row.serial_no, row.read_on)
        if place.account_state == Account.State.CLOSED:
            raise ReadingRefused(_("The account is closed."), code="account_closed")
        return place

    def _check_meter(self, place: Place, rows: list[ReadingRow]) -> None:
        row_of: dict[datetime.date, int] = {}
        for row in sorted(rows, key=lambda row: (row.read_on, row.number)):
            earlier = row_of.setdefault(row.read_on, row.number)
            if earlier != row.number:
                sentence = _("Row %s has a reading of the same meter and day.") % earlier
                self.problems.append(Problem(row.number, "", sentence, "twice_in_the_file"))
                continue
            known = next((known for known in place.known if known.read_on == row.read_on), None)
            if known and known.value == row.value:
                self.unchanged += 1
            else:
                self._check(row, place)

    def _check(self, row: ReadingRow, place: Place) -> None:
        taken = Taken(row.read_on, row.value, row.kind, row.rolled_over)
        try:
            if row.kind == Reading.Kind.ESTIMATED and not row.reason:
                raise ReadingRefused(_("Say why the meter could not be read."), code="reason_needed")
            anomalies = check_reading(taken, place, self._policies[place.service], self._today)
        except ReadingRefused as refusal:
            on_date = refusal.code in {
                "future_date",
                "before_installation",
                "after_removal",
                "already_billed",
            }
            self._refuse(row, "read_on" if on_date else "value", refusal)
            return
        known = Known(row.read_on, row.value, row.kind, row.rolled_over, is_accepted=not anomalies)
        insort(place.known, known, key=lambda one: one.read_on)
        self.odd.update(str(code) for code in anomalies)
        self.new.append((row, place, [str(code) for code in anomalies]))

    def _refuse(self, row: ReadingRow, column: str, refusal: ReadingRefused) -> None:
        heading = self._headings.get(column, "")
        self.problems.append(Problem(row.number, heading, refusal.messages[0], refusal.code or "reading"))


def _chunks(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while chunk := list(islice(items, size)):
        yield chunk
