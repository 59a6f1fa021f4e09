from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from billing.card_content import CardCode
from billing.models import CardWrite, GasPurchase, Payment
from billing.services.gas_reversals import ask_to_clear_card, leave_gas_on_card
from counters.queries.gas_tasks import TONES
from counters.queries.shifts import open_shift_of
from counters.views.gas_reader import is_under_way, use_reader, window_form_for, window_of

LARGEST_KEY = 2**63


@permission_required("billing.view_cardwrite", raise_exception=True)
@require_GET
@never_cache
def gas_write(request: StaffRequest, pk: int) -> HttpResponse:
    """How a card write stands: done, waiting, or failed with the way on."""
    return _page(request, _write(request, pk))


@permission_required("billing.issue_gas_card", raise_exception=True)
@require_POST
def gas_write_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Put it on the card now. The card is read first: what it holds already is not written twice."""
    write = _write(request, pk)
    try:
        use_reader(window_of(request), write.card, write, asked_by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _page(request, write, refusal)
    return redirect("counters:gas_write", pk)


@permission_required("billing.sell_gas", raise_exception=True)
@require_POST
def gas_clear(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the gas of this purchase off the card again, so that its sale can be undone."""
    write = _write(request, pk)
    now = timezone.now()
    try:
        if write.purchase is None:
            return redirect("counters:gas_write", pk)
        clear = ask_to_clear_card(write.purchase, by=request.user, at=now)
        use_reader(window_of(request), clear.card, clear, asked_by=request.user, at=now)
    except ValidationError as refusal:
        return _page(request, write, refusal)
    return redirect("counters:gas_write", clear.pk)


@permission_required("billing.sell_gas", raise_exception=True)
@require_POST
def gas_keep(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave the gas on the card after all."""
    write = _write(request, pk)
    try:
        leave_gas_on_card(write, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _page(request, write, refusal)
    return redirect("counters:gas_write", pk)


def _write(request: StaffRequest, pk: int) -> CardWrite:
    writes = CardWrite.objects.select_related(
        "card__account__customer", "card__account__premises", "purchase__bill", "asked_by"
    )
    if not request.user.has_perm("accounts.see_every_branch"):
        writes = writes.filter(card__account__branch_id=request.user.branch_id or 0)
    return get_object_or_404(writes, pk=pk if pk < LARGEST_KEY else 0)


def _page(request: StaffRequest, write: CardWrite, refusal: ValidationError | None = None) -> HttpResponse:
    write.refresh_from_db(fields=["state", "last_code", "may_be_on_card", "finished_at"])
    job = write.jobs.order_by("-pk").first()
    payment = _payment_of(write.purchase)
    can_work = request.user.has_perm("billing.issue_gas_card")
    is_sale = payment is not None and request.user.has_perm("billing.sell_gas")
    is_live = write.purchase is not None and write.purchase.state == GasPurchase.State.LIVE
    context: dict[str, Any] = {
        "write": write,
        "account": write.card.account,
        "tone": TONES[CardWrite.State(write.state)],
        "why": CardCode(write.last_code).label if write.last_code else "",
        "attempts": write.attempts.select_related("tried_by"),
        "is_waiting": is_under_way(job, timezone.now()),
        "refusal": refusal.messages[0] if refusal else "",
        "payment": payment,
        "current_shift": open_shift_of(request.user),
        "window_form": window_form_for(request, request.user) if can_work else None,
        "can_write": can_work and write.is_unfinished,
        "can_undo": is_sale and is_live and _is_off_the_card(write),
        "can_clear": is_sale and is_live and write.kind == CardWrite.Kind.LOAD and _is_on_the_card(write),
        "can_keep": is_sale and write.kind == CardWrite.Kind.CLEAR and write.is_unfinished,
        "undo_url": f"{reverse('counters:payment', args=[payment.receipt.number])}#undo" if payment else "",
    }
    return render(request, "counters/gas_write.html", context, status=422 if refusal else 200)


def _payment_of(purchase: GasPurchase | None) -> Payment | None:
    if purchase is None or purchase.kind != GasPurchase.Kind.SALE:
        return None
    return Payment.objects.filter(allocations__bill=purchase.bill).select_related("receipt").first()


def _is_on_the_card(write: CardWrite) -> bool:
    return write.state == CardWrite.State.WRITTEN


def _is_off_the_card(write: CardWrite) -> bool:
    if write.kind == CardWrite.Kind.CLEAR:
        return write.state == CardWrite.State.WRITTEN
    return write.is_unfinished and not write.may_be_on_card
