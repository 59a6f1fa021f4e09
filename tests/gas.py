"""A gas account with a card, the prices of case P08, and a reader whose faults a test can choose."""

import datetime
import json
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from accounts.models import Account, Branch
from accounts.models.account import Service
from billing.card_content import CardCode, CardContent, CardError, MeterKind
from billing.models import CardWrite, GasCard, GasPurchase, Tariff, TariffVersion
from billing.services.card_writes import write_card
from billing.services.gas_cards import issue_gas_card
from billing.services.offers import TenderOffer
from counters.models import ReaderJob, Shift, Window
from counters.readers.file_reader import FileReader
from counters.services.gas_sales import GasSale, sell_gas_at_counter
from counters.services.reader_jobs import ask_reader, serve_job
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING, cash, make_window

_numbers = count(100)
CASES = Path(__file__).parent / "data" / "tariff_cases" / "metered.json"


class PulledOut(Exception):
    """The power went, or the server was killed: nothing after this line ran."""


class FaultyReader:
    """A reader that fails as a test wants it to.

    `on_read` and `on_write` are lists of codes, one for each call, None for a call that works. `dies_after_write`
    kills whoever called once the card is written; `garbles` writes another volume than it was given.
    """

    def __init__(
        self,
        reader: FileReader,
        *,
        on_read: tuple[CardCode | None, ...] = (),
        on_write: tuple[CardCode | None, ...] = (),
        dies_before_write: bool = False,
        dies_after_write: bool = False,
        garbles: bool = False,
        writes_then_fails: bool = False,
    ) -> None:
        self.reader = reader
        self.on_read, self.on_write = list(on_read), list(on_write)
        self.dies_before_write, self.dies_after_write = dies_before_write, dies_after_write
        self.garbles, self.writes_then_fails = garbles, writes_then_fails
        self.written: list[CardContent] = []

    def read(self) -> CardContent:
        if self.on_read and (code := self.on_read.pop(0)) is not None:
            raise CardError(code)
        return self.reader.read()

    def write(self, content: CardContent) -> None:
        if self.dies_before_write:
            raise PulledOut
        code = self.on_write.pop(0) if self.on_write else None
        if code is not None and not self.writes_then_fails:
            raise CardError(code)
        if self.garbles:
            content = CardContent(content.card_no, content.meter_kind, content.purchase_count, 1)
        self.reader.write(content)
        self.written.append(content)
        if self.dies_after_write:
            raise PulledOut
        if code is not None:
            raise CardError(code)


def make_gas_tariff() -> Tariff:
    """The tariff of case P08, approved by a second person."""
    case = next(one for one in json.loads(CASES.read_text(encoding="utf-8"))["cases"] if one["id"] == "P08a")
    definition = dict(case["tariff"])
    versions = definition.pop("versions")
    tariff = Tariff.objects.create(
        code="GAS-P08", name="沈阳 IC 卡燃气", service=Service.GAS, kind="metered", rules=definition
    )
    for version in versions:
        TariffVersion.objects.create(
            tariff=tariff,
            effective_from=datetime.date.fromisoformat(version.pop("effective_from")),
            prices=version,
            made_by=make_staff(role="finance"),
            approved_by=make_staff(role="manager"),
            approved_at=MORNING,
        )
    return tariff


def make_gas_account(branch: Branch, *, persons: int = 4, **fields: Any) -> Account:
    return make_account(branch=branch, service=Service.GAS, billed_area=None, persons=persons, **fields)


def make_unwritten_card(branch: Branch | None) -> GasCard:
    """A first card that an adviser has entered and that no reader has seen."""
    assert branch is not None
    return issue_gas_card(
        make_gas_account(branch),
        card_no=f"4{next(_numbers):07}",
        meter_kind=MeterKind.SMALL,
        register=Decimal("0"),
        issued_by=make_staff(role="adviser", branch=branch),
        at=MORNING,
    )


def issue(
    account: Account, shift: Shift, card_no: str = "40000012", *, meter_kind: str = MeterKind.SMALL
) -> GasCard:
    """A first card that is entered at the window and not written yet."""
    give_reader(shift.window)
    return issue_gas_card(
        account,
        card_no=card_no,
        meter_kind=meter_kind,
        register=Decimal("0"),
        issued_by=shift.cashier,
        at=MORNING,
    )


def make_gas_card(
    account: Account,
    shift: Shift,
    folder: Path,
    *,
    card_no: str = "40000012",
    meter_kind: str = MeterKind.SMALL,
) -> GasCard:
    """A card that was issued at the window and written."""
    card = issue(account, shift, card_no, meter_kind=meter_kind)
    write_new_card(card, folder)
    return card


def give_reader(window: Window) -> None:
    window.card_reader = Window.CardReader.FILE
    window.save()


def make_reader_window(branch: Branch | None) -> Window:
    """A window whose reader hangs on its own computer."""
    window = make_window(branch)
    window.card_reader = Window.CardReader.AGENT
    window.save()
    return window


def reader_of(card: GasCard, folder: Path, **faults: Any) -> FaultyReader:
    return FaultyReader(FileReader(folder, card.card_no), **faults)


def write_new_card(card: GasCard, folder: Path) -> CardWrite:
    """Take a new card from the box and write it."""
    new = FileReader(folder, card.card_no, has_new_card=True)
    return write_card(card.writes.get(), reader=new, place="", by=card.issued_by, at=MORNING)


def read_card(
    card: GasCard, shift: Shift, folder: Path, *, at: datetime.datetime = MORNING, **faults: Any
) -> ReaderJob:
    """Put the card in the reader of the window and press the key."""
    job = ask_reader(shift.window, card=card, asked_by=shift.cashier, at=at)
    return serve_job(job, reader=reader_of(card, folder, **faults), at=at)


def a_sale(
    card: GasCard,
    shift: Shift,
    folder: Path,
    volume: int,
    *tenders: TenderOffer,
    at: datetime.datetime = MORNING,
) -> GasSale:
    """The card is read at the window, the volume and the money are on the form. 2,000.00 in cash by default."""
    reading = read_card(card, shift, folder, at=at)
    return GasSale(uuid4(), card.account_id, volume, tenders or (cash("2000.00"),), reading)


def sell(
    card: GasCard,
    shift: Shift,
    folder: Path,
    volume: int,
    *tenders: TenderOffer,
    at: datetime.datetime = MORNING,
) -> GasPurchase:
    """The first step of a sale: the money is taken."""
    wanted = a_sale(card, shift, folder, volume, *tenders, at=at)
    return sell_gas_at_counter(wanted, shift=shift, sold_by=shift.cashier, at=at)


def write(
    purchase: GasPurchase, folder: Path, *, at: datetime.datetime = MORNING, **faults: Any
) -> CardWrite:
    """The second step: the gas goes on the card."""
    task = open_write(purchase)
    return write_card(
        task, reader=reader_of(purchase.card, folder, **faults), place="3 号窗口", by=purchase.made_by, at=at
    )


def open_write(purchase: GasPurchase) -> CardWrite:
    return purchase.writes.get(state__in=CardWrite.UNFINISHED)


def put_into_meter(card: GasCard, folder: Path) -> None:
    """The customer puts the card into the meter, which takes the gas and leaves the count."""
    reader = FileReader(folder, card.card_no)
    content = reader.read()
    reader.write(CardContent(content.card_no, content.meter_kind, content.purchase_count, 0))
