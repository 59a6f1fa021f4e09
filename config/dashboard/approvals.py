"""What waits for the decision of this person, each kind with the list on which it is decided. One statement.

What waits is counted as its list shows it: whoever decides for several branches sees all of them there.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import CharField, Count, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import (
    Adjustment,
    ArrearsPolicyVersion,
    BillRun,
    CorrectionBatch,
    HeatSuspension,
    Message,
    Reading,
    SupplyOrder,
    TariffVersion,
    TemperatureRefund,
    Waiver,
    WriteOff,
)
from config.dashboard.scope import Figure, Scope, page, rows

DECIDES = "billing.approve_correction"
SEES_EVERY_BRANCH = "accounts.see_every_branch"


class Viewer(NamedTuple):
    """All of a person on which it depends what the lists show, so that a statement is built once for many people.

    A list that asks for more fails here instead of showing one person the figures of another.
    """

    branch_id: int | None
    sees_every_branch: bool

    def has_perm(self, permission: str) -> bool:
        if permission != SEES_EVERY_BRANCH:
            raise LookupError(permission)
        return self.sees_every_branch


class Kind(NamedTuple):
    """One kind of decision: who may take it, what waits, and where it is taken."""

    code: str
    label: "Promise"
    permissions: tuple[str, ...]
    waiting: Callable[[Any], QuerySet[Any]]
    url: Callable[[], str]


KINDS = (
    Kind(
        "waiver",
        _("Waivers of late charges"),
        (DECIDES,),
        lambda staff: Waiver.objects.visible_to(staff).filter(state="PROPOSED"),
        lambda: page("billing:correction_list", show="waiting"),
    ),
    Kind(
        "adjustment",
        _("Adjustments"),
        (DECIDES,),
        lambda staff: Adjustment.objects.visible_to(staff).filter(state="PROPOSED"),
        lambda: page("billing:correction_list", show="waiting"),
    ),
    Kind(
        "batch",
        _("Batches of cancellations"),
        (DECIDES, "billing.view_correctionbatch"),
        lambda staff: CorrectionBatch.objects.filter(state="PROPOSED"),
        lambda: page("billing:correction_list", show="waiting"),
    ),
    Kind(
        "order",
        _("Supply orders"),
        ("billing.decide_supplyorder", "billing.view_supplyorder"),
        lambda staff: SupplyOrder.objects.visible_to(staff).filter(state="PROPOSED"),
        lambda: page("billing:supply_order_list", show="waiting"),
    ),
    Kind(
        "write-off-first",
        _("Write-offs, first approval"),
        ("billing.second_writeoff", "billing.view_writeoff"),
        lambda staff: WriteOff.objects.visible_to(staff).filter(state="PROPOSED"),
        lambda: rows("billing.writeoff", state__exact="PROPOSED"),
    ),
    Kind(
        "write-off-second",
        _("Write-offs, second approval"),
        ("billing.approve_writeoff", "billing.view_writeoff"),
        lambda staff: WriteOff.objects.visible_to(staff).filter(state="SECONDED"),
        lambda: rows("billing.writeoff", state__exact="SECONDED"),
    ),
    Kind(
        "reading",
        _("Readings in review"),
        ("billing.review_reading", "billing.view_reading"),
        lambda staff: Reading.objects.visible_to(staff).filter(state="IN_REVIEW"),
        lambda: page("billing:reading_list"),
    ),
    Kind(
        "suspension",
        _("Suspensions of heat"),
        ("billing.decide_heatsuspension", "billing.view_heatsuspension"),
        lambda staff: HeatSuspension.objects.visible_to(staff).filter(state="APPLIED"),
        lambda: rows("billing.heatsuspension", state__exact="APPLIED"),
    ),
    Kind(
        "temperature",
        _("Refunds for cold rooms"),
        ("billing.decide_temperaturerefund", "billing.view_temperaturerefund"),
        lambda staff: TemperatureRefund.objects.visible_to(staff).filter(state="PROPOSED"),
        lambda: rows("billing.temperaturerefund", state__exact="PROPOSED"),
    ),
    Kind(
        "tariff",
        _("Tariff versions"),
        ("billing.approve_tariff", "billing.view_tariffversion"),
        lambda staff: TariffVersion.objects.waiting(),
        lambda: page("billing:tariff_list"),
    ),
    Kind(
        "policy",
        _("Arrears policies"),
        ("billing.approve_arrearspolicyversion", "billing.view_arrearspolicy"),
        lambda staff: ArrearsPolicyVersion.objects.filter(state="DRAFT"),
        lambda: page("billing:policy_list"),
    ),
    Kind(
        "run",
        _("Bill runs to be published"),
        ("billing.publish_billrun", "billing.view_billrun"),
        lambda staff: BillRun.objects.filter(state="PREVIEWED"),
        lambda: rows("billing.billrun", state__exact="PREVIEWED"),
    ),
    Kind(
        "message",
        _("Unsure messages"),
        ("billing.decide_unsure_message", "billing.view_message"),
        lambda staff: Message.objects.visible_to(staff).filter(state="UNSURE"),
        lambda: page("billing:message_list", show="unsure"),
    ),
)


def approvals_of(scope: Scope) -> list[Figure]:
    """Every kind that this person may decide, what waits first."""
    kinds = [kind for kind in KINDS if all(map(scope.may, kind.permissions))]
    if not kinds:
        return []
    sees_every_branch = scope.may(SEES_EVERY_BRANCH)
    viewer = Viewer(None if sees_every_branch else scope.staff.branch_id, sees_every_branch)
    with connection.cursor() as cursor:
        cursor.execute(*_statement(tuple(kind.code for kind in kinds), viewer))
        counts = dict(cursor.fetchall())
    figures = [Figure(str(kind.label), counts.get(kind.code, 0), kind.url()) for kind in kinds]
    return sorted(figures, key=lambda one: not one.count)


@lru_cache
def _statement(codes: tuple[str, ...], viewer: Viewer) -> tuple[str, tuple[Any, ...]]:
    """To put it together takes longer than to answer it."""
    first, *others = (_counted(kind, kind.waiting(viewer)) for kind in KINDS if kind.code in codes)
    together = first.union(*others, all=True).values_list("sort_of_decision", "number_waiting")
    sql, values = together.query.sql_with_params()
    return sql, tuple(values)


def _counted(kind: Kind, waiting: QuerySet[Any]) -> QuerySet[Any]:
    counted: QuerySet[Any] = (
        waiting.order_by()
        .annotate(sort_of_decision=Value(kind.code, CharField()))
        .values("sort_of_decision")
        .annotate(number_waiting=Count("pk"))
        .values("sort_of_decision", "number_waiting")
    )
    return counted
