"""What the field worker does with an order at the door: the last word, the valve, the supply on again."""

import datetime
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.services.account_states import reconnect_account, restrict_account, stop_account
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import DeliveryProof, SupplyOrder
from billing.queries.arrears.order_checks import Obstacle, look_at, not_yet
from billing.services.arrears.deliveries import deliver_step
from billing.services.arrears.supply_orders import MAY_CARRY_OUT, check_approved, end_step, lock_order
from billing.services.photos import Photo
from billing.services.refusals import ArrearsRefused

LARGEST_READING = Decimal("99999999999.999")
FOLDER = "supply"
CUTS = {SupplyOrder.Kind.RESTRICT: restrict_account, SupplyOrder.Kind.STOP: stop_account}
RECONNECTED = (Account.State.RESTRICTED, Account.State.STOPPED)


@transaction.atomic
def give_last_word(order: SupplyOrder, *, by: Staff, at: datetime.datetime) -> SupplyOrder:
    """Keep when the customer was told once more, on the day itself (domain.md 2.3.1).

    Codes: unknown_order, not_approved, not_your_order, not_the_announced_day.
    """
    _account, order = _lock_for(order, by)
    if order.planned_on != business_date_of(at):
        raise ArrearsRefused(
            _("The last word is said on the announced day: %(date)s."),
            code="not_the_announced_day",
            params={"date": order.planned_on},
        )
    order.last_word_at = at
    order.save(update_fields=["last_word_at"])
    _leave_a_trace("arrears.last_word", order, by, at)
    return order


@transaction.atomic
def carry_out_order(
    order: SupplyOrder, *, photo: Photo | None, meter_value: Decimal | None, by: Staff, at: datetime.datetime
) -> SupplyOrder:
    """Cut or restore supply, after one more look under the account's lock (peers.md L8).

    An order whose reason has gone comes back CANCELLED and says why in `reason`: nothing was cut. At the wrong
    moment it is refused and stays. Codes: unknown_order, not_approved, not_your_order, reading_missing,
    not_a_reading, photo_missing, and those of not_yet.
    """
    account, order = _lock_for(order, by)
    if order.is_cut:
        look = look_at(order, account, at)
        order.recheck = {**look.facts, "found": look.obstacle.code if look.obstacle else ""}
        if look.obstacle:
            return _cancel(order, look.obstacle, by, at)
        if obstacle := not_yet(order, account, at):
            raise ArrearsRefused(obstacle.sentence, code=obstacle.code)
    elif account.state not in RECONNECTED:
        order.recheck = {"at": at.isoformat(), "account": str(account.state), "found": "supplied_already"}
        supplied = Obstacle("supplied_already", _("The account is %(state)s already."))
        sentence = supplied.sentence % {"state": account.get_state_display()}
        return _cancel(order, Obstacle(supplied.code, sentence), by, at)
    _check_evidence(order, account, photo, meter_value)
    order.state, order.done_at, order.done_by = SupplyOrder.State.DONE, at, by
    order.meter_value = meter_value
    if photo is not None:
        order.photo = default_storage.save(f"{FOLDER}/{photo.name}", ContentFile(photo.content))
    order.save(update_fields=["state", "done_at", "done_by", "meter_value", "photo", "recheck"])
    _move_account(order, account, by, at)
    _leave_a_trace("arrears.carry_out_order", order, by, at)
    return order


def _lock_for(order: SupplyOrder, by: Staff) -> tuple[Account, SupplyOrder]:
    account, order = lock_order(order, by)
    check_approved(order)
    if not by.has_perm(MAY_CARRY_OUT) or order.worker_id not in (None, by.pk):
        raise ArrearsRefused(_("This order was given to somebody else."), code="not_your_order")
    return account, order


def _cancel(order: SupplyOrder, obstacle: Obstacle, by: Staff, at: datetime.datetime) -> SupplyOrder:
    order.state, order.reason = SupplyOrder.State.CANCELLED, obstacle.sentence
    order.save(update_fields=["state", "reason", "recheck"])
    if order.is_cut:
        end_step(order, obstacle.sentence, at)
    _leave_a_trace("arrears.cancel_order", order, by, at)
    return order


def _check_evidence(
    order: SupplyOrder, account: Account, photo: Photo | None, meter_value: Decimal | None
) -> None:
    if meter_value is None and account.service != Service.HEAT and order.is_cut:
        raise ArrearsRefused(_("Enter what the meter shows."), code="reading_missing")
    if meter_value is not None and not (meter_value.is_finite() and 0 <= meter_value <= LARGEST_READING):
        raise ArrearsRefused(_("A reading is a number that is not below zero."), code="not_a_reading")
    if photo is None and order.is_cut:
        raise ArrearsRefused(_("Take a photo of the valve or the meter."), code="photo_missing")


def _move_account(order: SupplyOrder, account: Account, by: Staff, at: datetime.datetime) -> None:
    reason = _("Order %(number)s") % {"number": order.pk}
    if not order.is_cut:
        reconnect_account(account, reason=reason, actor=by, at=at)
        return
    CUTS[SupplyOrder.Kind(order.kind)](account, reason=reason, actor=by, at=at)
    # It is cut: there is a step, the constraint of the policy sees to that.
    assert order.step_id is not None
    deliver_step(
        order.step_id, kind=DeliveryProof.Kind.ORDER, at=at, by=by, reference=str(order.pk), photo=order.photo
    )


def _leave_a_trace(action: str, order: SupplyOrder, by: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=by,
        action=action,
        on=order,
        at=at,
        branch=order.account.branch,
        reason=order.reason,
        details={"kind": order.kind, "account": order.account.account_no, **order.recheck},
    )
