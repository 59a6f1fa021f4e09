"""What was given back on a bill that is billed again: whether it stands on the new bill as well."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.models import Adjustment, Bill, Decision, Waiver
from billing.money import NO_MONEY
from billing.services.adjustments import follow_adjustment
from billing.services.refusals import CorrectionRefused


@dataclass(frozen=True, slots=True)
class Given:
    """A credit of a cancelled bill, and what of it stands on the new one."""

    old: Adjustment
    new: Adjustment | None = None

    @property
    def lost(self) -> Decimal:
        """What does not stand on the new bill."""
        return -self.old.amount + (self.new.amount if self.new is not None else NO_MONEY)


def credits_of(bills: Sequence[Bill]) -> list[Adjustment]:
    """Approved credits of these bills that no other stands for yet."""
    found = Adjustment.objects.filter(
        bill__in=[bill.pk for bill in bills],
        amount__lt=0,
        state=Decision.APPROVED,
        followed_by__isnull=True,
    )
    return list(found.select_related("bill", "account").order_by("pk"))


def waived_on(bills: Sequence[Bill]) -> Decimal:
    """Late charge that was waived on these bills: the new bill begins its own, so nothing of it is left."""
    waivers = Waiver.objects.filter(bill__in=[bill.pk for bill in bills], state=Decision.APPROVED)
    amount: Decimal = waivers.aggregate(amount=Sum("amount", default=NO_MONEY))["amount"]
    return amount


def check_decided(adjustments: Sequence[Adjustment], follow: bool | None, approved_by: Staff | None) -> None:
    """Codes: follow_undecided, second_person_needed."""
    if not adjustments:
        return
    if follow is None:
        raise CorrectionRefused(
            _(
                "%(amount)s were given back on this bill by an adjustment. Say whether that follows to the new bill"
                " or ends with this one."
            ),
            code="follow_undecided",
            params={"amount": -sum((one.amount for one in adjustments), NO_MONEY)},
        )
    if follow and approved_by is None:
        raise CorrectionRefused(
            _("What was given back follows to the new bill: a second person has to approve this."),
            code="second_person_needed",
        )


def carry_over(
    adjustments: Sequence[Adjustment],
    old: Bill,
    new: Bill | None,
    *,
    proposed_by: Staff,
    approved_by: Staff | None,
    at: datetime.datetime,
) -> list[Given]:
    """Let the credits of one cancelled bill stand on the bill in its place, as far as that charges anything.

    Without `approved_by` they wait for a second person. The caller holds the lock of the account.
    """
    of_this = [one for one in adjustments if one.bill_id == old.pk]
    if new is None:
        return [Given(one) for one in of_this]
    return [
        Given(one, follow_adjustment(one, new, proposed_by=proposed_by, approved_by=approved_by, at=at))
        for one in of_this
    ]
