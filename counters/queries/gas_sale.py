"""What the clerk sees while selling gas on a card."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.models.organisation import in_current_language
from billing.card_content import CardCode
from billing.models import CardWrite, GasCard
from billing.queries.due import prepaid_of
from billing.queries.gas_rules import gas_rule_on
from billing.queries.tier_position import tier_sentence
from counters.models import ReaderJob, Window


@dataclass(slots=True)
class GasDesk:
    """One gas account at the window, with its card and what the reader says of it."""

    account: Account
    card: GasCard | None
    unfinished: CardWrite | None
    reading: ReaderJob | None
    most: int = 0
    needs_safety_check: bool = False
    tier_sentence: str = ""
    prepaid: Decimal = field(default_factory=Decimal)

    @property
    def reading_failed(self) -> str:
        """Why the card could not be read, in words."""
        if self.reading is None or self.reading.code in (None, CardCode.OK):
            return ""
        return self.reading.get_code_display()


def gas_account(account_no: str, staff: Staff) -> Account | None:
    account: Account | None = (
        Account.objects.visible_to(staff)
        .with_people_and_place()
        .filter(account_no=account_no, service=Service.GAS)
        .first()
    )
    return account


def gas_desk(account: Account, window: Window, read: int | None, on: datetime.date) -> GasDesk:
    """`read` names the job that read the card at this window."""
    card = GasCard.objects.in_use().filter(account=account).first()
    if card is None:
        return GasDesk(account, None, None, None)
    rule = gas_rule_on(account.branch_id, on)
    return GasDesk(
        account,
        card,
        card.writes.filter(state__in=CardWrite.UNFINISHED).first(),
        ReaderJob.objects.filter(pk=read, window=window, card=card, kind=ReaderJob.Kind.READ).first()
        if read
        else None,
        min(card.most_per_purchase, rule.most_per_purchase or card.most_per_purchase),
        rule.needs_safety_check,
        tier_sentence(account.pk),
        prepaid_of(account),
    )


def price_lines(rated: Any) -> list[dict[str, Any]]:
    """The lines of a purchase that is not sold yet, each with its sentence."""
    return [
        {
            "sentence": in_current_language(line.sentence_zh, line.sentence_en),
            "amount": line.amount,
        }
        for line in rated.lines
    ]


def too_little_sentence(money: Decimal) -> str:
    return _("%(money)s does not buy one cubic metre.") % {"money": money}
