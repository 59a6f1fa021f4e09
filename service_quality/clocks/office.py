"""Working time between two instants: office hours on working days, nothing at lunch, at night or on holidays."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

A_DAY = datetime.timedelta(days=1)
NOTHING = datetime.timedelta(0)

Session = tuple[datetime.time, datetime.time]


@dataclass(frozen=True, slots=True)
class Office:
    """When an office works. `is_working` may refuse a day that no calendar knows; what it raises passes through.

    The sessions of a day are in order, do not overlap, and are the same on every working day.
    """

    sessions: Sequence[Session]
    is_working: Callable[[datetime.date], bool]
    zone: datetime.tzinfo

    def opening_after(self, at: datetime.datetime) -> datetime.datetime:
        """The instant itself while the office is open, otherwise the next opening."""
        for begins, ends in self._stretches(at):
            if ends > at:
                return max(begins, at)
        raise AssertionError("the days never end")

    def add(self, start: datetime.datetime, span: datetime.timedelta) -> datetime.datetime:
        """The instant at which so much working time has passed since the start; a span of nothing is refused."""
        if span <= NOTHING:
            raise ValueError("A clock runs for some time.")
        left = span
        for begins, ends in self._stretches(start):
            begins = max(begins, start)
            if begins >= ends:
                continue
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        raise AssertionError("the days never end")

    def between(self, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """How much working time lies between; less than nothing when the end lies before the start."""
        if end < start:
            return -self.between(end, start)
        total = NOTHING
        for begins, ends in self._stretches(start, until=end):
            total += max(NOTHING, min(ends, end) - max(begins, start))
        return total

    def closing_on(self, day: datetime.date) -> datetime.datetime:
        """The end of the last session of a day."""
        return self._instant(day, self.sessions[-1][1])

    def opening_on(self, day: datetime.date) -> datetime.datetime:
        return self._instant(day, self.sessions[0][0])

    def day_length(self) -> datetime.timedelta:
        """The working time of one working day."""
        day = datetime.date(2000, 1, 1)
        return sum(
            (self._instant(day, ends) - self._instant(day, begins) for begins, ends in self.sessions), NOTHING
        )

    def _stretches(
        self, start: datetime.datetime, until: datetime.datetime | None = None
    ) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        day = start.astimezone(self.zone).date()
        last = until.astimezone(self.zone).date() if until else None
        while last is None or day <= last:
            if self.is_working(day):
                for begins, ends in self.sessions:
                    yield self._instant(day, begins), self._instant(day, ends)
            day += A_DAY

    def _instant(self, day: datetime.date, time: datetime.time) -> datetime.datetime:
        return datetime.datetime.combine(day, time, tzinfo=self.zone)
