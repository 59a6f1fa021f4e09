"""Supply orders as the pages show them: the clocks first, late ones on top."""

import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DecimalField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Contact, Staff
from billing.business_date import business_date_of
from billing.models import Bill, SupplyOrder
from billing.money import NO_MONEY

VIEWS = ("waiting", "underway", "done")
TONES = {
    SupplyOrder.State.PROPOSED: "wait",
    SupplyOrder.State.APPROVED: "wait",
    SupplyOrder.State.DONE: "done",
}
SHOWN = {
    "waiting": Q(state=SupplyOrder.State.PROPOSED),
    "underway": Q(state=SupplyOrder.State.APPROVED),
    "done": Q(state__in=[SupplyOrder.State.DONE, SupplyOrder.State.REFUSED, SupplyOrder.State.CANCELLED]),
}
# So little time left presses.
SOON = datetime.timedelta(hours=4)


def orders_in(staff: Staff, view: str, at: datetime.datetime) -> QuerySet[SupplyOrder]:
    """The orders of one tab that this person may see, with what is overdue on each account today."""
    owed = (
        Bill.objects.filter(account_id=OuterRef("account_id"))
        .open()
        .due_before(business_date_of(at))
        .order_by()
        .values("account_id")
        .annotate(owed=Sum("outstanding"))
        .values("owed")
    )
    money = DecimalField(max_digits=14, decimal_places=2)
    orders: QuerySet[Any] = (
        SupplyOrder.objects.visible_to(staff)
        .filter(SHOWN[view])
        .select_related(
            "account__customer", "account__premises", "step__rule", "proposed_by", "decided_by", "worker",
            "done_by",
        )
        .annotate(debt=Coalesce(Subquery(owed, money), Value(NO_MONEY, money)))
    )  # fmt: skip
    if view == "waiting":
        return orders.order_by("-debt", "id")
    if view == "done":
        return orders.order_by(Coalesce("done_at", "decided_at", "proposed_at").desc(), "-id")
    return orders.order_by(*_clocks(at))


def field_orders(staff: Staff, at: datetime.datetime) -> QuerySet[SupplyOrder]:
    """What this worker has to do: what was handed over, and what nobody has yet."""
    mine = Q(worker=staff) | Q(worker__isnull=True)
    return orders_in(staff, "underway", at).filter(mine)


def count_orders(staff: Staff, at: datetime.datetime) -> dict[str, int]:
    """How many wait, are under way, and are late."""
    seen = SupplyOrder.objects.visible_to(staff)
    counted: dict[str, int] = seen.aggregate(
        waiting=Count("pk", filter=SHOWN["waiting"]),
        underway=Count("pk", filter=SHOWN["underway"]),
        late=Count("pk", filter=SHOWN["underway"] & late_at(at)),
    )
    return counted


def late_at(at: datetime.datetime) -> Q:
    return Q(due_at__lt=at) | Q(planned_on__lt=business_date_of(at))


def order_row(order: SupplyOrder, at: datetime.datetime) -> dict[str, Any]:
    """What a page shows of an order."""
    account = order.account
    return {
        "id": order.pk,
        "kind": order.get_kind_display(),
        "kind_tone": "late" if order.kind == SupplyOrder.Kind.STOP else "wait" if order.is_cut else "done",
        "is_cut": order.is_cut,
        "account_no": account.account_no,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "name": account.customer.name,
        "address": account.premises.address,
        "service": account.get_service_display(),
        "account_state": account.get_state_display(),
        "debt": getattr(order, "debt", None),
        "state_label": order.get_state_display(),
        "state_tone": TONES.get(SupplyOrder.State(order.state), ""),
        "planned_on": order.planned_on,
        "due_at": order.due_at,
        "clock": clock_of(order, at),
        "worker": order.worker,
        "proposed_by": order.proposed_by,
        "proposed_at": order.proposed_at,
        "decided_by": order.decided_by,
        "decided_at": order.decided_at,
        "done_by": order.done_by,
        "done_at": order.done_at,
        "last_word_at": order.last_word_at,
        "meter_value": order.meter_value,
        "reason": order.reason,
        "case_url": reverse("billing:arrears_case", args=[order.step.case_id]) if order.step else "",
        "url": reverse("billing:supply_order", args=[order.pk]),
        "field_url": reverse("billing:field_order", args=[order.pk]),
        "photo_url": reverse("billing:supply_order_photo", args=[order.pk]) if order.photo else "",
    }


def clock_of(order: SupplyOrder, at: datetime.datetime) -> dict[str, str]:
    """The time that is left in words, and whether it presses."""
    if order.state != SupplyOrder.State.APPROVED:
        return {}
    if order.due_at is not None:
        left = order.due_at - at
        tone = "late" if left < datetime.timedelta(0) else "wait" if left < SOON else ""
        sentence = _("%(time)s late") if tone == "late" else _("%(time)s left")
        return {"tone": tone, "text": sentence % {"time": _hours(abs(left))}}
    if order.planned_on is None:
        return {}
    days = (order.planned_on - timezone.localdate(at)).days
    if days < 0:
        return {"tone": "late", "text": _("The announced day has passed.")}
    return {"tone": "wait", "text": _("today")} if days == 0 else {"tone": "", "text": ""}


def phones_of(order: SupplyOrder) -> list[str]:
    """The numbers at which the worker gives the last word."""
    contacts = Contact.objects.filter(customer_id=order.account.customer_id, is_wrong=False)
    return list(contacts.values_list("phone", flat=True))


def _clocks(at: datetime.datetime) -> tuple[Any, ...]:
    """Customers who paid and wait too long, then announced days that passed, then what is next."""
    late = Case(
        When(due_at__lt=at, then=Value(0)),
        When(planned_on__lt=business_date_of(at), then=Value(1)),
        default=Value(2),
    )
    # A restoration has its moment; a cut the morning of its day.
    return late, Coalesce("due_at", Cast("planned_on", DateTimeField())).asc(nulls_last=True), "id"


def _hours(time: datetime.timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
