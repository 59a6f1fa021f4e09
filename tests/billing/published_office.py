"""An office with as little as one published case needs: a branch, a price list, an account, its meters, its papers."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Account, Branch
from accounts.models.account import Category
from accounts.services.evidence import Paper, record_evidence
from billing.models import Bill, Meter, MeterInstallation, Reading, Tariff, TariffVersion
from billing.services.bill_run import run_billing
from tests.billing.rating.published import cases_of
from tests.factories.accounts import make_account, make_staff

# The office's own categories of use for those that a price list calls by another name.
CATEGORIES = {
    "resident_combined": Category.RESIDENT_SHARED,
    "nonresident_at_resident_price": Category.RESIDENT_PRICE_UNIT,
    "resident_boiler": Category.SPECIAL,
    "low_income": Category.RESIDENT,
}
NOT_CARRIED = {
    "P04": "a mixed-use account: the shares that were agreed are kept nowhere yet",
    "P08a": "purchases on a card: they are sold at the window, no reading and no bill run",
    "P08b": "purchases on a card: they are sold at the window, no reading and no bill run",
    "P15a": "a meter of two registers: a reading has one figure",
    "P15b": "a meter of two registers: a reading has one figure",
    "P15c": "a meter of two registers: a reading has one figure",
}
CASES = {case["id"]: case for case in cases_of("metered")}
CARRIED = sorted(CASES.keys() - NOT_CARRIED.keys())
UTILITIES = {"m3": "WATER", "kWh": "ELECTRICITY"}


@dataclass
class Office:
    """A branch with one price list, one account and its meters: as little as a case needs."""

    case: dict[str, Any]
    branch: Branch

    def __post_init__(self) -> None:
        self.service = UTILITIES[self.case["tariff"]["unit"]]
        self.names = {name: self.name_of(name) for name in self.categories()}
        self.opened_on = self.first_day()
        self.tariff()
        self.account = self.open_account()
        self.installations: dict[str, MeterInstallation] = {}

    def categories(self) -> set[str]:
        definition = self.case["tariff"]
        versions = definition.get("versions") or [definition]
        return {name for version in versions for name in version["categories"]}

    def name_of(self, category: str) -> str:
        if category == "low_income":
            return category
        return str(CATEGORIES.get(category, category)).lower()

    def first_day(self) -> datetime.date:
        """As many months before the first reading as the first bill has."""
        facts, first = self.case["account"], self.case["inputs"][0]
        if "opened_on" in facts:
            return datetime.date.fromisoformat(facts["opened_on"])
        read_on = datetime.date.fromisoformat(first["read_date"])
        return months_before(read_on, first["months"])

    def tariff(self) -> None:
        definition = dict(self.case["tariff"])
        versions = definition.pop("versions", None) or [
            {"effective_from": "2000-01-01", "categories": definition.pop("categories")}
        ]
        tariff = Tariff.objects.create(
            code=self.case["id"], name=self.case["id"], service=self.service, kind="metered",
            rules={name: value for name, value in definition.items() if name in ("unit", "rounding", "rules")},
        )  # fmt: skip
        maker, checker = make_staff(role="finance"), make_staff(role="manager")
        starts = [datetime.date.fromisoformat(version["effective_from"]) for version in versions]
        for version, start, following in zip(versions, starts, [*starts[1:], None], strict=True):
            prices = {self.names[name]: price for name, price in version["categories"].items()}
            TariffVersion.objects.create(
                tariff=tariff, effective_from=start,
                effective_until=following and following - datetime.timedelta(days=1),
                prices={"categories": prices}, made_by=maker, approved_by=checker,
                approved_at=datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
            )  # fmt: skip

    def open_account(self) -> Account:
        facts = self.case["account"]
        before = self.used_before()
        account = make_account(
            branch=self.branch, service=self.service, billed_area=None, persons=1,
            category=CATEGORIES.get(facts["category"], facts["category"].upper()),
            # What was used before in the year is billed before, as an office would have.
            opened_on=months_before(self.opened_on, 1) if before else self.opened_on,
        )  # fmt: skip
        for first, last, persons in self.sizes() if account.category == Category.RESIDENT else ():
            prove(account, "HOUSEHOLD_SIZE", first, last, persons)
        if facts["category"] == "low_income":
            prove(account, "LOW_INCOME", self.opened_on, None)
        return account

    def used_before(self) -> Decimal:
        return sum(map(Decimal, self.case["account"].get("cumulative_before", {}).values()), Decimal(0))

    def sizes(self) -> list[tuple[datetime.date, datetime.date | None, int]]:
        facts = self.case["account"]
        history = [
            (datetime.date.fromisoformat(one["from"]), one["persons"])
            for one in facts.get("persons_history", [])
        ]
        if not history and "persons" in facts:
            history = [(self.opened_on, facts["persons"])]
        ends = [start - datetime.timedelta(days=1) for start, _ in history[1:]]
        return [(start, end, size) for (start, size), end in zip(history, [*ends, None], strict=False)]

    def bill(self, entry: dict[str, Any]) -> Bill:
        read_on = datetime.date.fromisoformat(entry["read_date"])
        self.bill_the_months_between(read_on, entry["months"])
        for segment in entry["segments"]:
            self.read(segment, read_on)
        return self.run(read_on, f"{read_on:%Y-%m}")

    def bill_the_months_between(self, read_on: datetime.date, months: int) -> None:
        """A case may leave months out; the office reads the meter in them too, and nothing was used."""
        last = self.account.bills.order_by("period_to").last()
        until = months_before(read_on, months)
        if last is not None and (until - last.period_to).days > 31:
            installation = list(self.installations.values())[-1]
            Reading.objects.create(
                installation=installation, read_on=until, value=installation.readings.latest("read_on").value
            )
            assert self.run(until, f"{until:%Y-%m}").amount == 0

    def bill_what_was_used_before(self) -> None:
        """Up to the first reading of the case, in the same tier period."""
        used, segment = self.used_before(), self.case["inputs"][0]["segments"][0]
        start = Decimal(segment["from"]) - used
        assert start >= 0
        installation = self.install(segment, self.account.opened_on, start)
        Reading.objects.create(
            installation=installation, read_on=self.opened_on, value=Decimal(segment["from"])
        )
        assert self.run(self.opened_on, f"{self.opened_on:%Y-%m}").quantity == used

    def read(self, segment: dict[str, Any], read_on: datetime.date) -> None:
        installation = self.installations.get(segment["meter"])
        if installation is None:
            if self.installations:
                self.remove_the_old_one(read_on)
            first_day = read_on if self.installations else self.account.opened_on
            installation = self.install(segment, first_day, Decimal(segment["from"]))
        Reading.objects.create(
            installation=installation, read_on=read_on, value=Decimal(segment["to"]),
            rolled_over=segment.get("rollover", False),
        )  # fmt: skip

    def remove_the_old_one(self, on: datetime.date) -> None:
        last = list(self.installations.values())[-1]
        last.removed_on, last.final = on, last.readings.latest("read_on").value
        last.save()

    def install(self, segment: dict[str, Any], on: datetime.date, initial: Decimal) -> MeterInstallation:
        meter = Meter.objects.create(
            serial_no=segment["meter"], service=self.service, digits=segment.get("digits", 7)
        )
        self.installations[segment["meter"]] = MeterInstallation.objects.create(
            meter=meter, account=self.account, installed_on=on, initial=initial
        )
        return self.installations[segment["meter"]]

    def run(self, read_on: datetime.date, period: str) -> Bill:
        at = datetime.datetime.combine(read_on, datetime.time(18), tzinfo=datetime.UTC)
        run = run_billing(service=self.service, period=period, issued_on=read_on, started_by=None, at=at)
        assert run.summary["unpriced"] == []
        bill: Bill = Bill.objects.get(account=self.account, period=period)
        return bill


def prove(
    account: Account, kind: str, first: datetime.date, last: datetime.date | None, persons: int | None = None
) -> None:
    """Evidence as the adviser records it, on its first day; three years is the longest."""
    document = "HOUSEHOLD_REGISTER" if persons else "LOW_INCOME_CERTIFICATE"
    paper = Paper(
        kind, document, "0001", "王淑英", first, last or first + datetime.timedelta(days=1000), persons
    )
    record_evidence(
        account, paper, recorded_by=make_staff(role="adviser"),
        at=datetime.datetime.combine(first, datetime.time(9), tzinfo=datetime.UTC),
    )  # fmt: skip


def months_before(day: datetime.date, months: int) -> datetime.date:
    month = day.year * 12 + day.month - 1 - months
    return datetime.date(month // 12, month % 12 + 1, min(day.day, 28))
