"""Who owes in the demo company has been urged for months: messages, calls, letters, orders, write-offs, donations.

Messages and their reports are written in sets; of the rest a few dozen go through the verbs, so that every page of
arrears shows something and a larger company takes no longer.
"""

import datetime
import struct
import zlib
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from accounts.models import Account, Staff
from billing.models import Bill, CaseStep, Letter, SupplyOrder
from billing.queries.last_readings import last_readings
from billing.services.arrears.contacts import record_call
from billing.services.arrears.daily_run import run_arrears
from billing.services.arrears.field_work import carry_out_order, give_last_word
from billing.services.arrears.letter_deliveries import record_delivery
from billing.services.arrears.letters import make_letters
from billing.services.arrears.queueing import queue_step_messages
from billing.services.arrears.supply_orders import announce_order, approve_order, give_order
from billing.services.arrears.write_offs import approve_write_off, propose_write_off
from billing.services.donations import approve_grant, propose_grant, receive_donation
from billing.services.photos import Photo
from billing.services.refusals import BillingRefused
from billing.services.third_parties import enter_payer
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import History
from config.demo.visits import at_time

Row = TypeVar("Row", bound=Model)
# How many days before the founding each morning was; the last one is today.
_MESSAGES, _CALLS, _LETTERS, _ORDERS, _CUT = 84, 74, 62, 44, 6
_A_DAY = datetime.timedelta(days=1)
_MOST_CALLS, _MOST_LETTERS, _MOST_ORDERS, _MOST_CUTS = 40, 40, 12, 4
_RESULTS = ("REFUSED", "REFUSED", "HARDSHIP", "PROMISED", "NO_ANSWER", "REFUSED", "WRONG_NUMBER", "REFUSED")

# One in ten telephones is switched off for good: the step goes to the list of calls.
_SENT = """
    UPDATE billing_message SET claimed_at = %(at)s, claimed_by = 'demo', sent_at = %(at)s, reported_at = %(at)s,
        gateway_id = 'demo-' || id,
        state = CASE WHEN phone LIKE '%%7' THEN 'FAILED' ELSE 'DELIVERED' END,
        error = CASE WHEN phone LIKE '%%7' THEN '停机' ELSE '' END
    WHERE state = 'QUEUED'
"""
_PROVED = """
    WITH told AS (
        UPDATE billing_casestep step SET state = 'DONE', done_at = %(at)s
        FROM billing_message message
        WHERE message.step_id = step.id AND message.state = 'DELIVERED' AND step.state IN ('DUE', 'SENT')
        RETURNING step.id, step.case_id, step.position, message.gateway_id
    ), proof AS (
        INSERT INTO billing_deliveryproof (step_id, kind, delivered_at, reference, place, photo, recorded_at)
        SELECT id, 'SMS_REPORT', %(at)s, gateway_id, '', '', %(at)s FROM told ORDER BY id
    )
    UPDATE billing_arrearscase arrears SET level = told.position, reached_on = %(on)s
    FROM told WHERE told.case_id = arrears.id
"""


def urge_debtors(company: Company, history: History, chance: Chance) -> None:
    """Play the mornings that matter, and what the collectors did with them."""
    desk = _Desk(company, history, chance)
    desk.morning(_MESSAGES)
    desk.send_messages(_MESSAGES)
    desk.morning(_CALLS)
    desk.call(_CALLS)
    desk.morning(_LETTERS)
    desk.print_letters(_LETTERS)
    desk.morning(_ORDERS)
    desk.give_orders(_ORDERS)
    desk.morning(0)
    desk.give_up(_CUT)
    desk.receive_donations(_CUT)


class _Desk:
    """The collectors and the supervisor of each branch, and the days on which they worked."""

    def __init__(self, company: Company, history: History, chance: Chance) -> None:
        self.company, self.history, self.chance = company, history, chance

    def at(self, back: int, hour: int = 9) -> datetime.datetime:
        return at_time(self.history.on - back * _A_DAY, hour)

    def morning(self, back: int) -> None:
        at = self.at(back, 6)
        run_arrears(at.date(), at=at)

    def send_messages(self, back: int) -> None:
        at = self.at(back)
        queue_step_messages(at=at)
        with connection.cursor() as cursor:
            cursor.execute(_SENT, {"at": at})
            cursor.execute(_PROVED, {"at": at, "on": at.date()})

    def call(self, back: int) -> None:
        for number, step in enumerate(_first(_due("CALL"), _MOST_CALLS)):
            result, account = _RESULTS[number % len(_RESULTS)], step.case.account
            owed = sum(bill.outstanding for bill in account.bills.open().due_before(self.at(back).date()))
            record_call(
                step.pk,
                result=result,
                note="约定发工资后缴清" if result == "PROMISED" else "",
                recording="" if result in ("NO_ANSWER", "WRONG_NUMBER") else f"LY{step.pk:08}",
                amount=owed if result == "PROMISED" else None,
                due_on=self.at(back - 7).date(),
                request_id=self.chance.uuid(),
                at=self.at(back, 10),
                by=self.collector_of(account),
            )

    def print_letters(self, back: int) -> None:
        """All of them are made; who walks has delivered the first ones."""
        steps = list(_due("LETTER").filter(rule__template="demand_letter"))
        for branch in self.company.branches.values():
            own = [step.pk for step in steps if step.case.account.branch_id == branch.pk]
            if own:
                by = next(one.owner for one in self.company.districts if one.branch_id == branch.pk)
                assert by is not None
                make_letters(own, template="demand_letter", at=self.at(back), by=by)
        letters = Letter.objects.select_related("mailing", "account__premises__district__owner")
        for number, letter in enumerate(_first(letters.order_by("account__account_no"), _MOST_LETTERS)):
            if number % 5 == 4:
                # Nobody was at home: it is still on its way.
                continue
            record_delivery(
                letter,
                kind="POST" if number % 4 == 0 else "SIGNED",
                reference=f"XA{letter.pk:09}CN" if number % 4 == 0 else "本人签收",
                delivered_at=self.at(back - 1),
                at=self.at(back - 1, 15),
                by=self.collector_of(letter.account),
            )

    def give_orders(self, back: int) -> None:
        """Some wait for the supervisor, some are on the way, a few were carried out."""
        orders = SupplyOrder.objects.filter(state="PROPOSED").select_related(
            "account__branch", "account__premises__district__owner"
        )
        for number, order in enumerate(_first(orders.order_by("account__account_no"), _MOST_ORDERS)):
            since = back - 1 if number < _MOST_CUTS else 1
            try:
                order = approve_order(order, decided_by=self.company.manager, at=self.at(since))
            except BillingRefused:
                # Something came up since the morning: it stays with the supervisor.
                continue
            worker = self.collector_of(order.account)
            order = give_order(order, worker=worker, by=self.company.manager, at=self.at(since, 10))
            if number < _MOST_CUTS:
                self.carry_out(order, worker, self.at(since, 11))

    def carry_out(self, order: SupplyOrder, worker: Staff, told: datetime.datetime) -> None:
        order = announce_order(
            order, kind="SIGNED", reference="本人签收", delivered_at=told, by=worker, at=told
        )
        assert order.planned_on is not None
        at = at_time(order.planned_on, 10)
        order = give_last_word(order, by=worker, at=at)
        photo = Photo(f"demo-{order.pk}.png", _grey_picture())
        # Where a meter hangs, the worker reads it off: what it showed last is near enough.
        shown = next((one.value for one in last_readings(order.account)), None)
        carry_out_order(order, photo=photo, meter_value=shown, by=worker, at=at + datetime.timedelta(hours=1))

    def give_up(self, back: int) -> None:
        """The oldest debts: one is written off, one waits for its second approval, one for its first."""
        at, company = self.at(back), self.company
        oldest = Bill.objects.open().filter(kind=Bill.Kind.OPENING, account__is_disputed=False)
        for number, bill in enumerate(_first(oldest.order_by("due_on", "number"), 3)):
            lost = propose_write_off(
                bill, kind="BAD" if number == 0 else "DOUBTFUL", reason="DEMOLISHED" if number == 0 else "EXPIRED",
                note="多次上门无人，房屋已拆迁", proposed_by=company.finance, at=at,
            )  # fmt: skip
            if number < 2:
                lost = approve_write_off(lost, approved_by=company.supervisor_of(1), at=at)
            if number == 0:
                approve_write_off(lost, approved_by=company.manager, at=at)

    def receive_donations(self, back: int) -> None:
        """Colleagues gave for a household in hardship; a part of it has paid a bill."""
        at, company = self.at(back), self.company
        branch = company.branches[1]
        enter_payer(
            kind="EMPLOYER", name="市第一机械厂", note="职工宿舍由单位统一缴费", branch=branch,
            by=company.finance, at=at,
        )  # fmt: skip
        donor = enter_payer(kind="DONOR", name="客服收费中心职工", branch=branch, by=company.finance, at=at)
        donation = receive_donation(
            donor, request_id=self.chance.uuid(), amount=self.chance.money(2000, 2000), method="BANK",
            reference="JZ00000001", purpose="资助困难家庭缴纳供热费", by=company.finance, at=at,
        )  # fmt: skip
        bills = Bill.objects.open().filter(account__branch=branch, outstanding__lte=donation.amount / 2)
        for number, bill in enumerate(_first(bills.due_before(at.date()).order_by("due_on", "number"), 2)):
            grant = propose_grant(
                donation,
                bill,
                amount=bill.outstanding,
                reason="低保户，家中有重病患者",
                by=company.finance,
                at=at,
            )
            if number == 0:
                approve_grant(grant, by=company.manager, at=at)

    def collector_of(self, account: Account) -> Staff:
        owner = account.premises.district.owner
        assert owner is not None
        return owner


def _due(channel: str) -> QuerySet[CaseStep]:
    steps = CaseStep.objects.filter(state="DUE", rule__channel=channel).select_related(
        "rule", "case__account__premises__district__owner"
    )
    return steps.order_by("case__account__account_no", "position")


def _first(rows: QuerySet[Row], most: int) -> list[Row]:
    return list(rows[:most])


def _grey_picture() -> bytes:
    """A small PNG, because no photo of a real valve may be here."""
    width, height = 160, 120
    pixels = b"".join(b"\x00" + bytes([200 - row // 2]) * width for row in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(pixels, 9)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
