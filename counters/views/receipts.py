from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from billing.models import Payment, Receipt
from billing.services.receipts import print_receipt
from billing.views.numbered import get_numbered_or_404
from counters.queries.receipt_text import qr_code, rating_code, receipt_text

PAPERS = {"80mm": "counters/receipt_80mm.html", "a4": "counters/receipt_a4.html"}


@permission_required("billing.view_receipt", raise_exception=True)
@require_GET
@never_cache
def receipt(request: StaffRequest, number: str) -> HttpResponse:
    """The receipt as paper: 80 mm, or A4 with ?paper=a4. Looking at it counts as no printing."""
    found = _receipt(request, number)
    copy_no = found.prints.count() or 1
    paper = request.GET.get("paper", "80mm")
    context = {
        "receipt": receipt_text(found, copy_no=copy_no),
        "qr_svg_data_uri": qr_code(found),
        "rating_svg_data_uri": rating_code(found, request.build_absolute_uri("/").rstrip("/")),
        "back_url": reverse("counters:payment", args=[number]),
    }
    return render(request, PAPERS.get(paper, PAPERS["80mm"]), context)


@permission_required(["billing.view_receipt", "billing.add_receiptprint"], raise_exception=True)
@require_POST
def print_one(request: StaffRequest, number: str) -> HttpResponse:
    """Count one printing, the first or one more, and show the paper."""
    found = _receipt(request, number)
    print_receipt(found, printed_by=request.user, at=timezone.now())
    return redirect("counters:receipt", number=number)


def _receipt(request: StaffRequest, number: str) -> Receipt:
    payments = Payment.objects.visible_to(request.user)
    return get_numbered_or_404(
        Receipt.objects.filter(payment__in=payments).select_related(
            "payment__account__customer", "payment__account__premises"
        ),
        number=number,
    )
