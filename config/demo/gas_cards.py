"""IC cards of some gas accounts: issued a month ago, one of them with gas that is not written yet."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.copying import copy_rows, reserve_ids
from accounts.models import Staff
from billing.card_content import CardCode, CardContent, MeterKind
from billing.models import CardWrite, GasCard
from billing.services.gas_balance import Decision, make_gas_good
from config.demo.company import Company
from config.demo.history import History
from config.demo.visits import at_time
from counters.models import Window
from counters.readers.file_reader import FileReader

ISSUED_BEFORE = datetime.timedelta(days=30)
FIRST_CARD = 40_000_000
ONE_IN = 6
FEWEST = 3
UNWRITTEN_VOLUME = 30
_REQUEST = UUID("3c7b9a52-51f3-4b0e-9d27-0d4a6b1f8c01")

# Households that owe nothing, with what their meter showed last. Who has several meters keeps paying by bill.
_ACCOUNTS = """
    SELECT account.id, max(reading.value)
    FROM accounts_account account
    JOIN billing_balance balance ON balance.account_id = account.id AND balance.receivable = 0
    JOIN billing_meterinstallation place ON place.account_id = account.id AND place.removed_on IS NULL
    JOIN LATERAL (SELECT value FROM billing_reading WHERE installation_id = place.id
                  ORDER BY read_on DESC LIMIT 1) reading ON true
    WHERE account.service = 'GAS' AND account.category = 'RESIDENT' AND account.state = 'ACTIVE'
        AND account.branch_id = %s
    GROUP BY account.id HAVING count(place.id) = 1 ORDER BY account.id
"""
_CARD = (
    "id", "card_no", "account_id", "meter_kind", "state", "issued_at", "issued_by_id", "opening_count",
    "opening_total", "purchase_count", "total_purchased", "meter_start", "used_before",
)  # fmt: skip
_WRITE = (
    "id", "card_id", "kind", "sequence", "volume", "state", "may_be_on_card", "last_code", "asked_at", "asked_by_id",
    "finished_at",
)  # fmt: skip
_ATTEMPT = ("write_id", "code", "found_count", "found_volume", "place", "tried_at", "tried_by_id")


class _Holder(NamedTuple):
    account_id: int
    register: Any


def issue_cards(company: Company, history: History) -> None:
    """Give some households cards and every window a practice reader."""
    Window.objects.update(card_reader=Window.CardReader.FILE)
    at = at_time(history.on - ISSUED_BEFORE, 10)
    number = FIRST_CARD
    for key, branch in company.branches.items():
        holders = _holders(branch.pk)
        adviser = next(
            one
            for one in company.staff.values()
            if one.post == Staff.Post.ADVISER and one.branch_id == branch.pk
        )
        _write(holders, number, adviser, str(company.windows[key][0]), at)
        number += len(holders)
    _leave_one_unwritten(company, history)


def lay_out_cards(folder: Path) -> None:
    """Put the file of every card where the practice readers look for it."""
    for card in GasCard.objects.all():
        FileReader(folder, card.card_no).write(CardContent(card.card_no, card.meter_kind))


def _holders(branch_id: int) -> list[_Holder]:
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [branch_id])
        found = [_Holder(*row) for row in cursor.fetchall()]
    return found[: max(FEWEST, len(found) // ONE_IN)]


def _write(holders: Sequence[_Holder], number: int, by: Staff, place: str, at: datetime.datetime) -> None:
    cards = reserve_ids("billing_gascard", len(holders))
    writes = reserve_ids("billing_cardwrite", len(holders))
    copy_rows(
        "billing_gascard",
        _CARD,
        (
            (card, f"{number + index:08}", one.account_id, MeterKind.SMALL, GasCard.State.ACTIVE, at, by.pk, 0, 0, 0, 0,
             one.register, 0)
            for index, (card, one) in enumerate(zip(cards, holders, strict=True), 1)
        ),
    )  # fmt: skip
    copy_rows(
        "billing_cardwrite",
        _WRITE,
        (
            (write, card, CardWrite.Kind.ISSUE, 0, 0, CardWrite.State.WRITTEN, True, CardCode.OK.value, at, by.pk, at)
            for write, card in zip(writes, cards, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        "billing_cardwriteattempt",
        _ATTEMPT,
        ((write, CardCode.OK.value, 0, 0, place, at, by.pk) for write in writes),
    )


def _leave_one_unwritten(company: Company, history: History) -> None:
    """The customer had to go before the reader worked again: whoever signs in at the first hall finds the task."""
    card = GasCard.objects.filter(account__branch=company.branches[1]).order_by("card_no").first()
    if card is None:
        return
    at = at_time(history.on, 7, 58)
    cashier = company.staff["1001"]
    decision = Decision(_REQUEST, cashier, company.supervisor_of(1), history.on, at)
    make_gas_good(card, volume=UNWRITTEN_VOLUME, reason="换表补气", decision=decision)
