"""What a rebilling changed, bill by bill: for the person who looks at it before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import Bill, BillLine, Decision, HeatCredit
from billing.money import NO_MONEY
from billing.services.following import Given


@dataclass(frozen=True, slots=True)
class Exchange:
    """A bill that was cancelled, and the one in its place; None where nothing is left to bill."""

    old: Bill
    new: Bill | None
    old_lines: Sequence[BillLine]
    new_lines: Sequence[BillLine]

    given: Sequence[Given] = ()
    heat: Sequence[tuple[HeatCredit, HeatCredit | None]] = ()

    @property
    def difference(self) -> Decimal:
        """What the customer owes more (or, below zero, less) for the period than before, credits included."""
        before: Decimal = self.old.amount + sum((one.old.amount for one in self.given), NO_MONEY)
        after: Decimal = self.new.amount if self.new else NO_MONEY
        after += sum((one.new.amount for one in self.given if one.new), NO_MONEY)
        for credit, again in self.heat:
            before -= credit.amount
            after -= again.amount if again else NO_MONEY
        return after - before


@dataclass(slots=True)
class Rebilling:
    """All that changed for the account: bill by bill, what is to be paid now, what is left as credit."""

    exchanges: list[Exchange] = field(default_factory=list)
    needs_second_person: bool = False
    # Credits of the bills stand in the way until somebody says whether they follow.
    is_undecided: bool = False
    waived: Decimal = NO_MONEY
    prepaid: Decimal = NO_MONEY

    @property
    def difference(self) -> Decimal:
        return sum((one.difference for one in self.exchanges), NO_MONEY)

    @property
    def to_pay(self) -> Decimal:
        return sum((one.new.outstanding for one in self.exchanges if one.new), NO_MONEY)


def exchanged(
    old: Bill,
    new: Bill | None,
    given: Sequence[Given] = (),
    heat: Sequence[tuple[HeatCredit, HeatCredit | None]] = (),
) -> Exchange:
    # Read now: a preview takes the rows back before anybody looks at them.
    if new is not None:
        new.refresh_from_db(fields=["outstanding", "adjusted", "state"])
    return Exchange(
        old,
        new,
        list(old.lines.order_by("position")),
        list(new.lines.order_by("position")) if new else [],
        given,
        heat,
    )


def exchanged_before(old: Bill) -> Exchange:
    given = old.adjustments.filter(state=Decision.APPROVED, amount__lt=0).select_related("followed_by")
    heat = old.heat_credits.select_related("replaced_by").order_by("pk")
    return exchanged(
        old,
        Bill.objects.filter(replaces=old).first(),
        [Given(one, getattr(one, "followed_by", None)) for one in given],
        [(one, getattr(one, "replaced_by", None)) for one in heat],
    )
