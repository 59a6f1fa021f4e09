"""The life of a run: begun, previewed, looked at, published. One verb moves it on at each turn."""

import datetime

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.services.audit import record_audit
from billing.models import BillRun, BillRunChunk, BillRunFinding, PeriodClose
from billing.money import NO_MONEY
from billing.queries.bill_runs import fingerprint_of, open_chunks
from billing.queries.unbilled import accounts_to_bill
from billing.services.bill_run_pricing import BillRunRefused, RunPricing, pricing_for
from billing.services.business_days import is_closed

# A window waits at most 3 s for an account that a chunk is pricing.
CHUNK = 1_000
# So many refusals stand in the summary itself; the findings have all of them.
SHOWN = 100

State = BillRun.State

_UNPUBLISHED = "(SELECT id FROM billing_billrunchunk WHERE run_id = %s AND state <> 'PUBLISHED')"
_DROP = [
    f"DELETE FROM billing_billrunfinding WHERE chunk_id IN {_UNPUBLISHED}",  # noqa: S608 - our own words
    f"DELETE FROM billing_billruntotal WHERE chunk_id IN {_UNPUBLISHED}",  # noqa: S608 - our own words
    "DELETE FROM billing_billrunchunk WHERE run_id = %s AND state <> 'PUBLISHED'",
]
_CUT = """
    INSERT INTO billing_billrunchunk
        (run_id, position, account_ids, accounts, state, bills, unpriced, amount, fingerprint, worker, failures, failure)
    SELECT %s, %s + part, array_agg(id ORDER BY id), count(*), 'WAITING', 0, 0, 0, '', '', 0, ''
    FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM ({accounts}) AS chosen) AS numbered
    GROUP BY part
"""
_FORGET = """
    DELETE FROM billing_billrunfinding f USING billing_billrunchunk c
    WHERE f.run_id = %s AND c.run_id = %s AND c.state = 'WAITING' AND f.account_id = ANY (c.account_ids)
"""


@transaction.atomic
def start_bill_run(
    *,
    service: str,
    period: str,
    issued_on: datetime.date,
    branch: Branch | None = None,
    preview_first: bool = True,
    chunk: int | None = None,
    started_by: Staff | None,
    at: datetime.datetime,
) -> BillRun:
    """Choose the accounts that a period has not billed yet and cut them into chunks; workers do the rest.

    `period` is a month "2026-10" for what meters count and a season "2025-26" for heat by area. A run that
    is at work is only continued; one that was previewed is previewed afresh; one that was published takes
    up whom it could not bill before. Without `preview_first` its bills are published as they are priced.
    `chunk` is how many accounts a worker takes at once.

    Codes: unknown_service, bad_period, no_tariff, bad_tariff, day_closed, period_closed.
    """
    # Everything that can be refused is found before there is a row: a refusal leaves no run behind.
    _check_open(service, period, issued_on, branch)
    pricing = pricing_for(service, period, issued_on, branch)
    run, is_new = BillRun.objects.get_or_create(
        service=service,
        period=period,
        branch=branch,
        defaults={"issued_on": issued_on, "started_at": at, "started_by": started_by},
    )
    run = BillRun.objects.select_for_update().get(pk=run.pk)
    if is_new or not run.is_at_work:
        run.issued_on = issued_on
        _cut_into_chunks(run, pricing, chunk or CHUNK)
    if is_new or run.state != State.PUBLISHING:
        run.preview_first, run.finished_at = preview_first, None
        run.state = State.PREVIEWING if preview_first else State.PUBLISHING
        if not preview_first:
            run.published_at, run.published_by = at, started_by
        run.save()
    # Whoever starts it again wants what failed to be tried again.
    run.chunks.filter(failures__gt=0).exclude(state=BillRunChunk.State.PUBLISHED).update(failures=0)
    record_audit(
        actor=started_by,
        action="run_billing" if is_new else "continue_billing",
        on=run,
        at=at,
        details={"service": service, "period": period},
    )
    return run


@transaction.atomic
def publish_bill_run(
    run: BillRun, *, fingerprint: str, published_by: Staff, at: datetime.datetime
) -> BillRun:
    """Let the workers write the bills of a preview that somebody has looked at.

    `fingerprint` is that of the preview that was seen.
    Codes: not_previewed, preview_changed, nothing_to_publish, day_closed, period_closed.
    """
    run = BillRun.objects.select_for_update().get(pk=run.pk)
    if run.state != State.PREVIEWED:
        raise BillRunRefused(_("There is no preview of this run to publish."), code="not_previewed")
    _check_open(run.service, run.period, run.issued_on, run.branch)
    if fingerprint_of(run) != fingerprint:
        raise BillRunRefused(
            _("The preview has changed since you looked at it: look at it again."), code="preview_changed"
        )
    if not run.chunks.filter(bills__gt=0).exists():
        raise BillRunRefused(
            _(
                "There is nothing to publish: no account has anything new to be billed for. Enter or import readings, then preview again."
            ),
            code="nothing_to_publish",
        )
    run.state, run.published_at, run.published_by = State.PUBLISHING, at, published_by
    run.save(update_fields=["state", "published_at", "published_by"])
    record_audit(
        actor=published_by,
        action="publish_bills",
        on=run,
        at=at,
        details={"service": run.service, "period": run.period, "fingerprint": fingerprint},
    )
    return run


@transaction.atomic
def settle_bill_run(run: BillRun, *, at: datetime.datetime) -> BillRun:
    """Move the run on when no chunk of its stage is left: to be looked at, back to the preview, or published."""
    run = BillRun.objects.select_for_update().get(pk=run.pk)
    left = open_chunks(run)
    if run.state == State.PREVIEWING and not left[BillRunChunk.State.WAITING]:
        run.state = State.PREVIEWED
    elif run.state == State.PUBLISHING and not left.total():
        run.state, run.finished_at, run.summary = State.PUBLISHED, at, _summary(run)
    elif run.state == State.PUBLISHING and run.preview_first and not left[BillRunChunk.State.PREVIEWED]:
        # Some chunks no longer priced as they were previewed.
        run.state = State.PREVIEWING
    run.save(update_fields=["state", "finished_at", "summary"])
    return run


def _check_open(service: str, period: str, issued_on: datetime.date, branch: Branch | None) -> None:
    if is_closed(issued_on):
        raise BillRunRefused(
            _("The books of %(date)s are closed."), code="day_closed", params={"date": issued_on}
        )
    closes = PeriodClose.objects.filter(run__service=service, run__period=period)
    if branch is not None:
        closes = closes.filter(run__branch=None) | closes.filter(run__branch=branch)
    if closes.exists():
        raise BillRunRefused(
            _("%(period)s is closed: it takes no more bills."),
            code="period_closed",
            params={"period": period},
        )


def _cut_into_chunks(run: BillRun, pricing: RunPricing, size: int) -> None:
    """In one statement, whatever the number of accounts. What an earlier preview left goes first."""
    chosen = accounts_to_bill(run.service, run.period, pricing.kind, run.branch_id, pricing.until)
    accounts, values = chosen.order_by().values("id").query.sql_with_params()
    last = run.chunks.order_by("-position").values_list("position", flat=True).first() or 0
    with connection.cursor() as cursor:
        for statement in _DROP:
            cursor.execute(statement, [run.pk])
        cursor.execute(_CUT.format(accounts=accounts), [run.pk, last + 1, size, *values])
        cursor.execute(_FORGET, [run.pk, run.pk])


def _summary(run: BillRun) -> dict[str, object]:
    # Counted from the books: a run that was started again has bills that this start has not seen.
    issued = run.bills.aggregate(bills=Count("pk"), amount=Sum("amount", default=NO_MONEY))
    refused = run.findings.filter(kind=BillRunFinding.Kind.UNPRICED).select_related("account").order_by("id")
    return {
        "bills": issued["bills"],
        "amount": str(issued["amount"]),
        "unpriced": [(one.account.account_no, one.sentence) for one in refused[:SHOWN]],
    }
