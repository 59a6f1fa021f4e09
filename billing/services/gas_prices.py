"""What a purchase of gas costs: the tier is that of the volume bought so far (domain.md 1.4 item 7)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.models.account import Service
from billing.models import Bill, GasPurchase, Tariff
from billing.queries.pricing_facts import pricing_facts
from billing.queries.unbilled import accounts_with_facts, tier_positions
from billing.rating.lines import Rated
from billing.rating.metered import Tariff as MeteredTariff
from billing.rating.metered import compile_tariff
from billing.rating.refusal import UsageRefused
from billing.rating.usage import NOTHING_YET, Facts, Position, Usage
from billing.services.bill_drafts import BillDraft
from billing.services.refusals import GasRefused


@dataclass(frozen=True, slots=True)
class GasPrices:
    """The prices of one account on one day, from where it stands in its tiers."""

    tariff: Tariff
    compiled: MeteredTariff
    account: Mapping[str, Any]
    facts: Facts
    position: Position
    on: datetime.date

    def rate(self, volume: int) -> Rated:
        """Price a purchase. Code: not_priced."""
        try:
            return self.compiled.rate(Usage(self.on, Decimal(volume)), self.facts, self.position)
        except UsageRefused as refusal:
            raise GasRefused(
                _("This gas cannot be priced: %(why)s"), code="not_priced", params={"why": refusal}
            ) from refusal

    def volume_for(self, amount: Decimal, most: int) -> int:
        """How many whole cubic metres the amount buys, at most `most`. A purchase costs more the larger it is."""
        least, beyond = 0, most + 1
        while beyond - least > 1:
            middle = (least + beyond) // 2
            if self.rate(middle).total <= amount:
                least = middle
            else:
                beyond = middle
        return least

    def draft(self, volume: int, serial: int, *, is_overuse: bool = False) -> BillDraft:
        """The bill of a purchase. `serial` counts the gas purchases of the account, undone ones included."""
        rated = self.rate(volume)
        return BillDraft(
            self.account["pk"], self.account["account_no"], self.tariff.pk, Bill.Kind.PURCHASE,
            f"G{serial:06}", self.on, self.on, self.on, self.on,
            rated.quantity, rated.total, rated.lines,
            {
                "category": self.facts.category,
                "unit": self.compiled.on(self.on).unit,
                "overuse" if is_overuse else "purchased": volume,
                "used_before": {key: str(self.position.get(key, 0)) for key in rated.counted},
                "thresholds": [str(threshold) for threshold in rated.thresholds or ()],
            }
            | self.account["household"].basis(self.on),
            {key: str(units) for key, units in rated.counted.items()},
        )  # fmt: skip


def gas_prices_of(account: Account, on: datetime.date) -> GasPrices:
    """Compile the tariff of the account and find its place in the tiers. Code: no_tariff."""
    tariffs = {
        one.branch_id: one
        for one in Tariff.objects.filter(service=Service.GAS).exclude(kind=Tariff.Kind.ONE_OFF)
    }
    tariff = tariffs.get(account.branch_id) or tariffs.get(None)
    if tariff is None:
        raise GasRefused(_("No tariff prices gas in this branch."), code="no_tariff")
    (row,) = accounts_with_facts([account.pk], on)
    position = tier_positions([account.pk], on).get(account.pk, NOTHING_YET)
    compiled = compile_tariff(tariff.definition(), tariff.code)
    return GasPrices(tariff, compiled, row, pricing_facts(row, compiled, on, on), position, on)


def next_serial(account: Account) -> int:
    """The number of the account's next gas bill. The caller holds the lock of the account."""
    return GasPurchase.objects.filter(card__account=account, bill__isnull=False).count() + 1
