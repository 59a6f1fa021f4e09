"""The last two months assessed: the older one paid out and locked, the newer one published; and the teams of the year."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.copying import copy_rows, reserve_ids
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import ONE_DAY, History, add_months
from config.demo.timeline import halls_are_open
from config.demo.visits import at_time
from counters.models import TicketService
from service_quality.models import Pool, TeamScore, WorkloadWeight
from service_quality.services.assessment.corrections import approve_correction, ask_correction
from service_quality.services.assessment.inputs import (
    enter_branch_completion,
    enter_month_scores,
    enter_pay_pool,
    enter_year_scores,
)
from service_quality.services.assessment.publishing import lock_assessment, publish_assessment
from service_quality.services.assessment.runs import run_assessment

WEIGHTS = (
    ("PAYMENT", "收费", "Payment", "1.00"),
    ("PREPAYMENT", "预存", "Prepayment", "0.80"),
    ("GAS_SALE", "购气", "Gas sale", "1.50"),
    ("TICKET_A", "缴费叫号", "Ticket: pay", "0.20"),
    ("TICKET_B", "咨询叫号", "Ticket: ask", "1.00"),
    ("TICKET_C", "报装叫号", "Ticket: apply", "3.00"),
    ("TICKET_D", "其他叫号", "Ticket: other", "0.80"),
)
WEIGHED_FROM = datetime.date(2020, 1, 1)
POOLS = {Pool.CASHIER: {1: "9000.00", 2: "4200.00"}, Pool.ADVISER: {0: "5400.00"}}
# Who comes to an adviser on a day, and how many of them rate.
ADVISED, RATED = (3, 8), 0.65
# Whoever was displeased stands among the visits that are followed up.
_LEVELS = {5: 0.64, 4: 0.26, 3: 0.10}
_SCORES = {1: (94.5, 95.2), 2: (91.8, 92.6), 3: (93.1, 90.4)}
_YEAR_END = {1: (96.0, 94.5, 92.0), 2: (93.5, 95.0, 97.0), 3: (92.0, 91.5, 88.0)}
_COMPLETION = {1: "102.50", 2: "96.30"}
_TICKET = (
    "id", "hall_id", "service_id", "waits_for_id", "business_date", "number", "is_priority", "code", "request_id",
    "issued_at", "place_at", "state", "window_id", "staff_id", "called_at", "announced_at", "calls", "ended_at",
)  # fmt: skip
_RATING = (
    "ticket_id", "payment_id", "staff_id", "hall_id", "window_id", "level", "channel", "comment", "business_date",
    "rated_at",
)  # fmt: skip


def assess_months(company: Company, history: History, chance: Chance) -> None:
    """Write what the months need, and have them assessed as the job would have."""
    _weigh()
    this = history.on.replace(day=1)
    older, newer = add_months(this, -2), add_months(this, -1)
    _advise(company, older, this, chance)
    _score_year(company, newer, chance, history)
    _assess(company, older, history)
    lock_assessment(older, by=company.manager, at=_when(older, 9, history))
    _assess(company, newer, history)


def _weigh() -> None:
    WorkloadWeight.objects.bulk_create(
        WorkloadWeight(
            business=code, name=name, name_en=name_en, weight=Decimal(weight), effective_from=WEIGHED_FROM
        )
        for code, name, name_en, weight in WEIGHTS
    )
    TicketService.objects.bulk_create(
        [
            TicketService(code="B", name="咨询", name_en="Ask"),
            TicketService(code="C", name="报装", name_en="Apply"),
        ],
        ignore_conflicts=True,
    )


def _advise(company: Company, first: datetime.date, end: datetime.date, chance: Chance) -> None:
    """The visitors of the advisers, at the window of each hall that takes no money."""
    visits = list(_visits(company, first, end, chance))
    keys = reserve_ids("counters_ticket", len(visits))
    copy_rows("counters_ticket", _TICKET, ((pk, *visit) for pk, visit in zip(keys, visits, strict=True)))
    copy_rows(
        "service_quality_rating",
        _RATING,
        (
            (pk, None, visit[12], visit[0], visit[11], chance.one_of(_LEVELS), "TABLET", "", visit[3],
             visit[-1] + datetime.timedelta(seconds=11))
            for pk, visit in zip(keys, visits, strict=True)
            if chance.happens(RATED)
        ),
    )  # fmt: skip


def _visits(
    company: Company, first: datetime.date, end: datetime.date, chance: Chance
) -> Iterator[tuple[Any, ...]]:
    day = first
    while day < end:
        for number, hall in company.halls.items() if halls_are_open(day) else ():
            advisers = company.advisers_of(number)
            adviser = advisers[day.toordinal() % len(advisers)]
            window = company.windows[number][-1]
            for turn in range(1, chance.randint(*ADVISED) + 1):
                service = "C" if chance.happens(0.2) else "B"
                called = at_time(day, 8 + turn % 9, 10 + chance.randint(0, 20))
                issued = called - datetime.timedelta(minutes=chance.randint(1, 9))
                yield (
                    hall.pk, service, service, day, turn, False, chance.uuid().hex[:20], chance.uuid(), issued, issued,
                    "DONE", window.pk, adviser.pk, called, called, 1,
                    called + datetime.timedelta(minutes=chance.randint(2, 14)),
                )  # fmt: skip
        day += ONE_DAY


def _assess(company: Company, month: datetime.date, history: History) -> None:
    entered = _when(month, 1, history)
    for pool, amounts in POOLS.items():
        for branch, amount in amounts.items():
            enter_pay_pool(
                month,
                pool,
                Decimal(amount),
                branch=company.branches.get(branch),
                by=company.finance,
                at=entered,
            )
    run = run_assessment(month, at=_when(month, 2, history))
    line = run.lines.filter(pool=Pool.CASHIER).order_by("-points", "staff__number").first()
    if line is not None:
        correction = ask_correction(
            line.pk,
            field="workload",
            new=line.workload + 2,
            reason="停电期间手工收据 2 张，复核后补记",
            by=company.manager,
            at=_when(month, 3, history),
        )
        approve_correction(correction, by=company.finance, at=_when(month, 3, history))
    publish_assessment(month, by=company.manager, at=_when(month, 4, history))


def _score_year(company: Company, newer: datetime.date, chance: Chance, history: History) -> None:
    """The visits of both months, and what the year's end will have: so that the page of the teams is whole."""
    at = _when(add_months(newer, -1), 1, history)
    for month in (add_months(newer, -1), newer):
        scores = {}
        for number, hall in company.halls.items():
            for item, score in zip(TeamScore.MONTHLY, _SCORES[number], strict=True):
                scores[hall, item.value] = Decimal(f"{score + chance.randint(-15, 15) / 10:.2f}")
        enter_month_scores(month, scores, by=company.manager, at=at)
    year_end = {
        (hall, item.value): Decimal(f"{score:.2f}")
        for number, hall in company.halls.items()
        for item, score in zip(TeamScore.YEARLY, _YEAR_END[number], strict=True)
    }
    enter_year_scores(newer.year, year_end, by=company.manager, at=at)
    for key, branch in company.branches.items():
        enter_branch_completion(newer.year, branch, Decimal(_COMPLETION[key]), by=company.manager, at=at)


def _when(month: datetime.date, days: int, history: History) -> datetime.datetime:
    """So many days into the month after, in the morning; never later than the company's today."""
    return at_time(min(add_months(month, 1) + ONE_DAY * (days - 1), history.on), 7, 5 * days)
