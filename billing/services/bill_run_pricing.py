"""With which tariffs a run prices, and what becomes of its accounts: drafts, refusals, amounts out of the usual."""

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Branch
from accounts.models.account import Service
from billing.models import Bill, BillRun, Tariff
from billing.queries.pricing_facts import last_day_of
from billing.queries.unbilled import accounts_with_facts, billed_already, metered_uses, tier_positions
from billing.rating.refusal import RatingRefused, UsageRefused, gettext_noop
from billing.rating.usage import NOTHING_YET
from billing.services.bill_drafts import BillDraft, Pricer, pricer_for
from billing.services.refusals import BillingRefused

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
SEASON = re.compile(r"20([0-9]{2})-([0-9]{2})")


class BillRunRefused(BillingRefused):
    """No bill was issued."""


@dataclass(frozen=True, slots=True)
class RunPricing:
    """What every chunk of a run is priced with, compiled once."""

    kind: str
    period: str
    issued_on: datetime.date
    until: datetime.date
    pricers: Mapping[int, Pricer]


@dataclass(frozen=True, slots=True)
class PricedAccounts:
    """Some accounts of a run, priced and not written."""

    facts: Sequence[Mapping[str, Any]]
    drafts: Sequence[BillDraft]
    unpriced: Sequence[tuple[int, UsageRefused]]

    @property
    def branches(self) -> dict[int, int]:
        return {one["pk"]: one["branch_id"] for one in self.facts}

    def fingerprint(self) -> str:
        """Changes with anything that a bill would say; what was looked at is published, or nothing."""
        print_ = hashlib.blake2b(digest_size=32)
        for draft in self.drafts:
            print_.update(
                f"{draft.account_id} {draft.tariff_id} {draft.period_from} {draft.period_to} {draft.due_on} "
                f"{draft.quantity} {draft.total}\n".encode()
            )
            for line in draft.lines:
                print_.update(
                    f"{line.component} {line.tier} {line.quantity} {line.unit_price} {line.amount}\n".encode()
                )
        return print_.hexdigest()


def pricing_of(run: BillRun) -> RunPricing:
    """The tariffs of a run that was begun.

    A branch that was founded since, and has no tariff yet, stops nobody: none of its accounts was chosen.
    """
    return pricing_for(run.service, run.period, run.issued_on, run.branch, is_begun=True)


def pricing_for(
    service: str,
    period: str,
    issued_on: datetime.date,
    branch: Branch | None,
    *,
    is_begun: bool = False,
) -> RunPricing:
    """Compile each branch's tariff: its own, or the one for all.

    Codes: unknown_service, bad_period, no_tariff, bad_tariff.
    """
    if service not in Service.values:
        raise BillRunRefused(_("This service is not known."), code="unknown_service")
    periodic = Tariff.objects.filter(service=service).exclude(kind=Tariff.Kind.ONE_OFF)
    tariffs = {tariff.branch_id: tariff for tariff in periodic}
    kinds, pricers = set(), dict[int, Pricer]()
    for one in [branch] if branch else Branch.objects.all():
        tariff = tariffs.get(one.pk) or tariffs.get(None)
        if tariff is None and is_begun:
            continue
        if tariff is None:
            raise BillRunRefused(
                _("No tariff prices %(service)s in %(branch)s."),
                code="no_tariff",
                params={"service": Service(service).label, "branch": one},
            )
        kinds.add(_kind(tariff, period))
        pricers[one.pk] = _pricer(tariff, period, issued_on, one)
    if len(kinds) > 1:
        raise BillRunRefused(
            _("The branches price this service in different ways: name one."), code="bad_period"
        )
    kind = _only(kinds)
    until = last_day(period) if kind == Bill.Kind.USAGE else issued_on
    return RunPricing(kind, period, issued_on, until, pricers)


def _pricer(tariff: Tariff, period: str, issued_on: datetime.date, branch: Branch) -> Pricer:
    try:
        return pricer_for(tariff, period, issued_on, branch.pk)
    except RatingRefused as refusal:
        if not tariff.versions.approved().exists():
            raise BillRunRefused(
                _("No version of tariff %(tariff)s is approved: it prices nothing yet."),
                code="no_tariff",
                params={"tariff": tariff.code},
            ) from refusal
        raise BillRunRefused(
            _("Tariff %(tariff)s prices nothing: %(fault)s"),
            code="bad_tariff",
            params={"tariff": tariff.code, "fault": _(refusal.message) % refusal.params},
        ) from refusal


def price_accounts(ids: Sequence[int], pricing: RunPricing) -> PricedAccounts:
    """Read in sets, price in memory. One account that cannot be priced does not stop the others."""
    by_meter = pricing.kind == Bill.Kind.USAGE
    # Another run may have billed some of them since they were chosen.
    done = billed_already(ids, pricing.kind, pricing.period)
    facts = [one for one in accounts_with_facts(ids, pricing.until) if one["pk"] not in done]
    uses = metered_uses(ids, pricing.until) if by_meter else {}
    positions = tier_positions(ids, pricing.until) if by_meter else {}
    drafts, unpriced = [], []
    for one in facts:
        key = one["pk"]
        try:
            pricer = pricing.pricers.get(one["branch_id"]) or _no_pricer()
            draft = pricer.draft(one, uses.get(key), positions.get(key, NOTHING_YET))
        except UsageRefused as refusal:
            unpriced.append((key, refusal))
            continue
        if draft is not None:
            drafts.append(draft)
    return PricedAccounts(facts, drafts, unpriced)


def _no_pricer() -> Pricer:
    """The account moved, while the run was at work, to a branch that has no tariff."""
    raise UsageRefused(gettext_noop("No tariff prices this service in the branch."), code="no_tariff")


def last_day(period: str) -> datetime.date:
    """The last day of a month "2026-10"."""
    return last_day_of(int(period[:4]), int(period[5:]))


def _kind(tariff: Tariff, period: str) -> str:
    """Heat by area is billed for a season, what a meter counts for a month."""
    season = SEASON.fullmatch(period)
    if tariff.kind == "heating_area" and season and int(season[2]) == (int(season[1]) + 1) % 100:
        return Bill.Kind.HEATING
    if tariff.kind != "heating_area" and MONTH.fullmatch(period):
        return Bill.Kind.USAGE
    raise BillRunRefused(
        _("Heat by area is billed for a season such as 2025-26, meters for a month such as 2026-10."),
        code="bad_period",
    )


def _only(kinds: Iterable[str]) -> str:
    for kind in kinds:
        return kind
    raise BillRunRefused(_("There is no branch to bill."), code="no_tariff")
