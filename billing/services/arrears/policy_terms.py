"""The terms of a ladder before they are rows, and what the law and good sense ask of them."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models.account import Service
from billing.models import PolicyStep
from billing.models.amount import LARGEST_AMOUNT
from billing.money import NO_MONEY, to_money
from billing.queries.arrears.pace import Rung, days_until
from billing.services.refusals import ArrearsRefused

Stage, Channel = PolicyStep.Stage, PolicyStep.Channel
MOST_STEPS = 8
LONGEST_WAIT = 366
LONGEST_SOURCE = 200
TOUCHES_SUPPLY = (Stage.RESTRICT, Stage.STOP)
SENT_BY = {
    Stage.INFORM: (Channel.SMS, Channel.CALL, Channel.LETTER),
    Stage.LETTER: (Channel.LETTER,),
    Stage.RESTRICT: (Channel.ORDER,),
    Stage.STOP: (Channel.ORDER,),
}
# domain.md 2.3.1, 2.3.4, 2.3.5: overdue so long before supply is touched, so long after the letter, announced
# between so many days before, told again so many minutes before.
OVERDUE_AT_LEAST = {Service.ELECTRICITY: 31, Service.WATER: 30}
AFTER_THE_LETTER = {Service.HEAT: 15}
ANNOUNCED = {Service.ELECTRICITY: (3, 7), Service.WATER: (5, 30)}
LAST_WORD = {Service.ELECTRICITY: 30}


@dataclass(frozen=True, slots=True)
class StepTerms:
    """One rung as it is proposed; its position is its place in the list."""

    stage: str
    channel: str
    template: str
    min_days: int
    notice_days: int = 0
    notice_valid_days: int = 0
    last_word_minutes: int = 0
    limits_supply: bool = False
    stops_supply: bool = False
    suspends_business: bool = False
    refuses_next_season: bool = False
    forbidden: Sequence[str] = ()
    latest_hour: int = 16

    @property
    def touches_supply(self) -> bool:
        return self.stage in TOUCHES_SUPPLY


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    effective_from: datetime.date
    min_overdue_days: int
    threshold: Decimal
    source: str
    steps: Sequence[StepTerms] = ()


def check_terms(service: str, terms: PolicyTerms) -> None:
    """Refuse a ladder that cannot be climbed, or that the law does not allow for the service.

    Codes: no_steps, too_many_steps, not_money, bad_wait, source_missing, stages_out_of_order, wrong_channel,
    effect_missing, notice_ends_too_early, no_letter_before, too_early, not_announced, no_last_word, no_forbidden_times.
    """
    if not terms.steps:
        raise ArrearsRefused(_("A ladder has at least one step."), code="no_steps")
    if len(terms.steps) > MOST_STEPS:
        raise ArrearsRefused(
            _("A ladder has at most %(most)s steps."), code="too_many_steps", params={"most": MOST_STEPS}
        )
    amount = terms.threshold
    if not amount.is_finite() or not NO_MONEY <= amount <= LARGEST_AMOUNT or to_money(amount) != amount:
        raise ArrearsRefused(_("The least debt is an amount with at most two decimals."), code="not_money")
    if not 1 <= terms.min_overdue_days <= LONGEST_WAIT:
        raise ArrearsRefused(
            _("An account comes onto the ladder after 1 to 366 days overdue."), code="bad_wait"
        )
    if not terms.source.strip() or len(terms.source) > LONGEST_SOURCE:
        raise ArrearsRefused(
            _("Name the decision that this ladder comes from, in at most 200 characters."),
            code="source_missing",
        )
    _check_order(terms.steps)
    for position, step in enumerate(terms.steps, 1):
        _check_step(position, step)
    for position, step in _supply_steps(terms.steps):
        _check_law(service, terms, position, step)


def _check_order(steps: Sequence[StepTerms]) -> None:
    stages = [list(Stage).index(Stage(one.stage)) for one in steps]
    if stages != sorted(stages):
        raise ArrearsRefused(
            _("The stages follow one another: inform, letter, restrict, stop."), code="stages_out_of_order"
        )


def _check_step(position: int, step: StepTerms) -> None:
    params = {"position": position}
    if step.channel not in SENT_BY[Stage(step.stage)]:
        raise ArrearsRefused(
            _(
                "Step %(position)s cannot go out this way: a letter is a letter, supply is touched by an order."
            ),
            code="wrong_channel",
            params=params,
        )
    if not (step.min_days <= LONGEST_WAIT and step.notice_days <= LONGEST_WAIT and step.latest_hour <= 24):
        raise ArrearsRefused(
            _("Step %(position)s waits longer than a year, or has an hour after 24."),
            code="bad_wait",
            params=params,
        )
    if step.notice_valid_days and not step.notice_days <= step.notice_valid_days <= LONGEST_WAIT:
        raise ArrearsRefused(
            _("Step %(position)s: the announcement is valid at least until it may be acted on."),
            code="notice_ends_too_early",
            params=params,
        )
    wanted = (step.stage == Stage.RESTRICT, step.stage == Stage.STOP)
    if (step.limits_supply, step.stops_supply) != wanted:
        raise ArrearsRefused(
            _("Step %(position)s: restricting limits the supply, stopping stops it, and nothing else does."),
            code="effect_missing",
            params=params,
        )


def _supply_steps(steps: Sequence[StepTerms]) -> Iterator[tuple[int, StepTerms]]:
    return ((position, one) for position, one in enumerate(steps, 1) if one.touches_supply)


def _check_law(service: str, terms: PolicyTerms, position: int, step: StepTerms) -> None:
    """What must have happened before supply is touched (domain.md 2.3)."""
    before = terms.steps[: position - 1]
    params = {"position": position}
    letter = next((place for place, one in enumerate(before, 1) if one.stage == Stage.LETTER), None)
    if letter is None:
        raise ArrearsRefused(
            _("Step %(position)s touches the supply: a letter of demand comes before it."),
            code="no_letter_before",
            params=params,
        )
    days = days_until(_rungs(terms), terms.min_overdue_days)
    overdue, least = days[position - 1], OVERDUE_AT_LEAST.get(Service(service), 0)
    since_letter, wanted = overdue - days[letter - 1], AFTER_THE_LETTER.get(Service(service), 0)
    if overdue < least or since_letter < wanted:
        raise ArrearsRefused(
            _("Step %(position)s comes too early: %(least)s days overdue and %(wanted)s days after the letter"
              " are needed, and this is day %(overdue)s, %(since)s days after it."),
            code="too_early",
            params={**params, "least": least, "wanted": wanted, "overdue": overdue, "since": since_letter},
        )  # fmt: skip
    shortest, longest = ANNOUNCED.get(Service(service), (0, LONGEST_WAIT))
    if not shortest <= step.notice_days <= longest:
        raise ArrearsRefused(
            _("Step %(position)s is announced %(shortest)s to %(longest)s days before."),
            code="not_announced",
            params={**params, "shortest": shortest, "longest": longest},
        )
    if step.last_word_minutes < LAST_WORD.get(Service(service), 0):
        raise ArrearsRefused(
            _("Step %(position)s: the customer is told again 30 minutes before."),
            code="no_last_word",
            params=params,
        )
    if not step.forbidden:
        raise ArrearsRefused(
            _("Step %(position)s touches the supply: say when it may not be done."),
            code="no_forbidden_times",
            params=params,
        )


def _rungs(terms: PolicyTerms) -> list[Rung]:
    return [Rung(one.min_days, one.notice_days) for one in terms.steps]
