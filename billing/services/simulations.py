"""What the next bill would be: priced by the engine that makes the bills, with the account's facts. Nothing is written."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.explaining.amounts import said_components
from billing.explaining.meters import said_tiers
from billing.explaining.said import Said, tier_zh, units_en, units_zh, yuan
from billing.models import Bill, BillLine, MeterInstallation, TariffVersion
from billing.queries.pricing_facts import months_between, pricing_facts
from billing.queries.tier_standing import versions_for
from billing.queries.unbilled import MeteredUse, accounts_with_facts, metered_uses, tier_positions
from billing.rating.consumption import Segment, consumption
from billing.rating.lines import Rated
from billing.rating.metered import compile_tariff
from billing.rating.refusal import UsageRefused
from billing.rating.usage import NOTHING_YET, Position, Usage
from billing.services.refusals import BillingRefused

LONG_AGO = "1900-01-01"


class SimulationRefused(BillingRefused):
    """There is nothing to simulate. The message is for the person at the counter."""


@dataclass(frozen=True, slots=True)
class NextPrice:
    """What an approved price list that is not in force yet would make of the same use."""

    effective_from: datetime.date
    total: Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """The bill as it would be, `now` without what was asked, and what to say of the difference."""

    since: datetime.date
    on: datetime.date
    more: Decimal
    then: Rated
    now: Rated
    next_price: NextPrice | None
    unit: str
    sentences: Sequence[Said]


def simulate_bill(
    account: Account, *, units: Decimal | None = None, reading: Decimal | None = None, on: datetime.date
) -> Simulation:
    """Price what is read and not billed yet, with so many units more, or up to a reading, as if read on a day.

    Codes: not_metered, no_meter, billed_later, and those of the engine (reading_fell, no_category, …).
    """
    versions = versions_for(account)
    if not versions:
        raise SimulationRefused(
            _("No meter price list is in force for this account: there is nothing to work out."),
            code="not_metered",
        )
    last = _last_bill(account)
    since = last.period_to if last else account.opened_on
    if on <= since:
        raise SimulationRefused(
            _("The account is billed until %(since)s: choose a later day."),
            code="billed_later", params={"since": since},
        )  # fmt: skip
    use = metered_uses([account.pk], on).get(account.pk)
    read = sum((consumption(segment) for segment in use.segments), Decimal(0)) if use else Decimal(0)
    try:
        more = units if units is not None else _up_to(account, reading or Decimal(0), on, use, last)
        return _Pricing(account, versions, since, on).simulate(read, more)
    except UsageRefused as refusal:
        raise SimulationRefused(gettext(refusal.message) % refusal.params, code=refusal.code) from refusal


class _Pricing:
    """The account's facts on the day, read once, and the prices before and after the next change."""

    def __init__(
        self, account: Account, versions: Sequence[TariffVersion], since: datetime.date, on: datetime.date
    ) -> None:
        self.account, self.versions, self.since, self.on = account, versions, since, on
        self.rules = versions[0].whole_rules()
        (self.row,) = accounts_with_facts([account.pk], on)
        self.position: Position = tier_positions([account.pk], on).get(account.pk, NOTHING_YET)
        self.months = months_between(since, on)

    def simulate(self, read: Decimal, more: Decimal) -> Simulation:
        then, now = self.rate(read + more), self.rate(read)
        coming = next((one for one in self.versions if one.effective_from > self.on), None)
        next_price = (
            NextPrice(coming.effective_from, self.rate_under(coming, read + more)) if coming else None
        )
        unit = self.rules.get("unit", "")
        return Simulation(
            self.since, self.on, more, then, now, next_price, unit, self._said(then, now, more, next_price, unit)
        )  # fmt: skip

    def rate(self, quantity: Decimal) -> Rated:
        return self._rate([one.definition() for one in self.versions], quantity)

    def rate_under(self, version: TariffVersion, quantity: Decimal) -> Decimal:
        """As if the version had always been in force."""
        alone = {**version.definition(), "effective_from": LONG_AGO, "rules": None}
        return self._rate([alone], quantity, version.whole_rules()).total

    def _rate(
        self, versions: list[dict[str, object]], quantity: Decimal, rules: dict[str, object] | None = None
    ) -> Rated:
        tariff = compile_tariff({**(rules or self.rules), "versions": versions})
        facts = pricing_facts(self.row, tariff, self.since, self.on)
        return tariff.rate(
            Usage(self.on, quantity, self.months, previous_on=self.since), facts, self.position
        )

    def _said(
        self, then: Rated, now: Rated, more: Decimal, next_price: NextPrice | None, unit: str
    ) -> list[Said]:
        return [
            _said_difference(then, now, more, unit),
            *_said_crossing(then, now, unit),
            *said_components(_rows(then)),
            *said_tiers(self._as_bill(then, unit)),
            *_said_next_price(then, next_price),
        ]

    def _as_bill(self, rated: Rated, unit: str) -> Bill:
        """A bill that exists only in memory, for the sentences that explain bills."""
        return Bill(
            account=self.account,
            quantity=rated.quantity,
            amount=rated.total,
            basis={
                "unit": unit,
                "thresholds": [str(one) for one in rated.thresholds or ()],
                "used_before": {key: str(self.position.get(key, 0)) for key in rated.counted},
            },
            tier_uses={key: str(used) for key, used in rated.counted.items()},
        )


def _last_bill(account: Account) -> Bill | None:
    """The bill that has come furthest; without one the account is billed from its opening."""
    bills = Bill.objects.filter(account=account, kind=Bill.Kind.USAGE).exclude(state=Bill.State.CANCELLED)
    return bills.order_by("period_to", "pk").last()


def _up_to(
    account: Account, reading: Decimal, on: datetime.date, use: MeteredUse | None, last: Bill | None
) -> Decimal:
    """What the meter on the wall would have counted beyond its last reading. Code: no_meter."""
    installation = (
        MeterInstallation.objects.filter(account=account, removed_on=None, installed_on__lte=on)
        .select_related("meter")
        .order_by("installed_on", "pk")
        .last()
    )
    if installation is None:
        raise SimulationRefused(_("No meter is installed here: ask in units."), code="no_meter")
    meter = installation.meter
    # What is billed and what waits to be billed end at a reading that counts: the meter goes on from there.
    reached = {meter.serial_no: installation.initial}
    for segment in last.basis.get("segments", ()) if last else ():
        reached[segment["meter"]] = Decimal(segment["to"])
    if use is not None:
        reached.update(zip(use.meters, (one.reading_to for one in use.segments), strict=False))
    return consumption(Segment(reached[meter.serial_no], reading, meter.digits, multiplier=meter.multiplier))


def _rows(rated: Rated) -> list[BillLine]:
    return [
        BillLine(
            component=line.component,
            component_name=line.component_name,
            category=line.category,
            tier=line.tier,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            sentence=line.sentence_zh,
            sentence_en=line.sentence_en,
        )
        for line in rated.lines
    ]


def _said_difference(then: Rated, now: Rated, more: Decimal, unit: str) -> Said:
    difference = then.total - now.total
    return Said(
        f"再用 {units_zh(more, unit)}，下一张账单是 {yuan(then.total)} 元；"
        f"按现在已抄的 {units_zh(now.quantity, unit)}是 {yuan(now.total)} 元，多 {yuan(difference)} 元。",
        f"With {units_en(more, unit)} more the next bill is {yuan(then.total)} yuan; "
        f"with the {units_en(now.quantity, unit)} read so far it is {yuan(now.total)} yuan, "
        f"so {yuan(difference)} yuan more.",
    )


def _said_crossing(then: Rated, now: Rated, unit: str) -> list[Said]:
    """Into which tiers the additional units fall, where that is more than the tier the account is in."""
    splits = then.tier_split, now.tier_split
    if splits[0] is None or splits[1] is None or len(splits[0]) != len(splits[1]):
        return []
    added = [
        (tier, after - before)
        for tier, (after, before) in enumerate(zip(splits[0], splits[1], strict=True), 1)
        if after != before
    ]
    if len(added) < 2:
        return []
    zh = "，".join(f"{units_zh(part, unit)}在{tier_zh(tier)}" for tier, part in added)
    en = ", ".join(f"{units_en(part, unit)} in tier {tier}" for tier, part in added)
    return [Said(f"会跨阶梯：多用的部分里，{zh}。", f"This crosses a tier: {en}.")]


def _said_next_price(then: Rated, coming: NextPrice | None) -> list[Said]:
    if coming is None:
        return []
    difference = coming.total - then.total
    word = Said("多", "more") if difference > 0 else Said("少", "less")
    rest_zh = f"{word.zh} {yuan(abs(difference))} 元" if difference else "一样"
    rest_en = f"{yuan(abs(difference))} yuan {word.en}" if difference else "the same"
    return [
        Said(
            f"{coming.effective_from} 起执行新价格；同样的用量按新价格是 {yuan(coming.total)} 元，{rest_zh}。",
            f"A new price is in force from {coming.effective_from}: "
            f"the same use would cost {yuan(coming.total)} yuan, {rest_en}.",
        )
    ]
