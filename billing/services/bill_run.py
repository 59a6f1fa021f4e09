import datetime
import re
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.models.account import Service
from accounts.services.audit import record_audit
from billing.models import Bill, BillRun, Tariff
from billing.money import NO_MONEY
from billing.queries.unbilled import accounts_to_bill, accounts_with_facts, metered_uses, tier_positions
from billing.rating.refusal import UsageRefused
from billing.rating.usage import NOTHING_YET
from billing.services.bill_drafts import Pricer, pricer_for
from billing.services.business_days import is_closed
from billing.services.issue_bills import issue_bills
from billing.services.locks import lock_accounts
from billing.services.refusals import BillingRefused

# A window waits at most 3 s for an account that a chunk is pricing.
CHUNK = 1_000
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
SEASON = re.compile(r"20([0-9]{2})-([0-9]{2})")

Progress = Callable[[int, int], None]


class BillRunRefused(BillingRefused):
    """No bill was issued."""


def run_billing(
    *,
    service: str,
    period: str,
    issued_on: datetime.date,
    branch: Branch | None = None,
    started_by: Staff | None,
    at: datetime.datetime,
    progress: Progress | None = None,
) -> BillRun:
    """Bill every account of a service for a period; what is billed already stays as it is.

    `period` is a month "2026-10" for what meters count and a season "2025-26" for heat by area.
    Each chunk of accounts is a transaction, so a run that died is finished by calling it again; an
    account is billed at most once for a period by a constraint. `progress` is told (done, all).

    Codes: unknown_service, bad_period, no_tariff, day_closed.
    """
    if is_closed(issued_on):
        raise BillRunRefused(
            _("The books of %(date)s are closed."), code="day_closed", params={"date": issued_on}
        )
    kind, pricers = _pricers(service, period, issued_on, branch)
    run = _begin(service, period, issued_on, branch, started_by, at)
    until = _last_day(period) if kind == Bill.Kind.USAGE else issued_on
    ids = accounts_to_bill(service, period, kind, branch.pk if branch else None, until)
    unpriced = list[tuple[str, str]]()
    for start in range(0, len(ids), CHUNK):
        unpriced += _bill_chunk(ids[start : start + CHUNK], pricers, run, kind, until, at)
        if progress:
            progress(min(start + CHUNK, len(ids)), len(ids))
    return _finish(run, unpriced)


@transaction.atomic
def _begin(
    service: str,
    period: str,
    issued_on: datetime.date,
    branch: Branch | None,
    started_by: Staff | None,
    at: datetime.datetime,
) -> BillRun:
    run, is_new = BillRun.objects.get_or_create(
        service=service,
        period=period,
        branch=branch,
        defaults={"issued_on": issued_on, "started_at": at, "started_by": started_by},
    )
    record_audit(
        actor=started_by,
        action="run_billing" if is_new else "continue_billing",
        on=run,
        at=at,
        details={"service": service, "period": period},
    )
    return run


@transaction.atomic
def _bill_chunk(
    ids: Sequence[int],
    pricers: dict[int, Pricer],
    run: BillRun,
    kind: str,
    until: datetime.date,
    at: datetime.datetime,
) -> list[tuple[str, str]]:
    """Bill one range of accounts: lock, read, price in memory, write in sets.

    Answers the accounts that could not be priced, and why.
    """
    lock_accounts(ids)
    # Another worker may have billed some of them since the list was made.
    done = set(
        Bill.objects.filter(account_id__in=ids, kind=kind, period=run.period)
        .exclude(state=Bill.State.CANCELLED)
        .values_list("account_id", flat=True)
    )
    accounts = [account for account in accounts_with_facts(ids) if account["pk"] not in done]
    uses = metered_uses(ids, until) if kind == Bill.Kind.USAGE else {}
    positions = tier_positions(ids, until) if kind == Bill.Kind.USAGE else {}
    drafts, unpriced = [], []
    for account in accounts:
        try:
            draft = pricers[account["branch_id"]].draft(
                account, uses.get(account["pk"]), positions.get(account["pk"], NOTHING_YET)
            )
        except UsageRefused as refusal:
            unpriced.append((account["account_no"], str(refusal)))
            continue
        if draft is not None:
            drafts.append(draft)
    if drafts:
        issue_bills(drafts, {one["pk"]: one["branch_id"] for one in accounts}, run, at)
    return unpriced


@transaction.atomic
def _finish(run: BillRun, unpriced: list[tuple[str, str]]) -> BillRun:
    run = BillRun.objects.select_for_update().get(pk=run.pk)
    # Counted from the books: a run that died half-way left bills that this call has not seen.
    issued = run.bills.aggregate(bills=Count("pk"), amount=Sum("amount", default=NO_MONEY))
    run.finished_at = timezone.now()
    run.summary = {"bills": issued["bills"], "amount": str(issued["amount"]), "unpriced": unpriced}
    run.save(update_fields=["finished_at", "summary"])
    return run


def _pricers(
    service: str, period: str, issued_on: datetime.date, branch: Branch | None
) -> tuple[str, dict[int, Pricer]]:
    """What kind of bill the tariffs make, and each branch's compiled tariff: its own, or the one for all."""
    if service not in Service.values:
        raise BillRunRefused(_("This service is not known."), code="unknown_service")
    priced = Tariff.objects.filter(service=service).exclude(kind=Tariff.Kind.ONE_OFF)
    tariffs = {tariff.branch_id: tariff for tariff in priced}
    branches = [branch] if branch else list(Branch.objects.all())
    kinds, pricers = set(), dict[int, Pricer]()
    for one in branches:
        tariff = tariffs.get(one.pk) or tariffs.get(None)
        if tariff is None:
            raise BillRunRefused(
                _("No tariff prices %(service)s in %(branch)s."),
                code="no_tariff",
                params={"service": Service(service).label, "branch": one},
            )
        kinds.add(_kind(tariff, period))
        pricers[one.pk] = pricer_for(tariff, period, issued_on)
    if len(kinds) > 1:
        raise BillRunRefused(
            _("The branches price this service in different ways: name one."), code="bad_period"
        )
    return kinds.pop(), pricers


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


def _last_day(period: str) -> datetime.date:
    year, month = int(period[:4]), int(period[5:])
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
