from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from service_quality.forms.cards import BookForm
from service_quality.models import CardBook
from service_quality.queries.card_books import card_books
from service_quality.queries.kinds import kind_rows
from service_quality.services.card_books import CARDS_ON_A_SHEET, make_card_book


@permission_required("service_quality.view_cardbook", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def card_book_list(request: StaffRequest) -> HttpResponse:
    """The books that were printed, and a new one."""
    form = BookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not request.user.has_perm("service_quality.add_cardbook"):
        raise PermissionDenied
    if form.is_valid():
        try:
            book = make_card_book(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("service_quality:card_book", pk=book.pk)
    context = {"form": form, "books": card_books()}
    return render(request, "service_quality/card_books.html", context, status=422 if form.errors else 200)


@permission_required("service_quality.view_cardbook", raise_exception=True)
@require_GET
@never_cache
def card_book(request: StaffRequest, pk: int) -> HttpResponse:
    """A book as paper: eight cards on a sheet of A4, to be cut."""
    book = get_object_or_404(CardBook.objects.select_related("hall"), pk=pk)
    serials = book.serials()
    sheets = [serials[start : start + CARDS_ON_A_SHEET] for start in range(0, len(serials), CARDS_ON_A_SHEET)]
    return render(
        request,
        "service_quality/card_book.html",
        {"book": book, "sheets": sheets, "kinds": kind_rows(), "back_url": "../"},
    )
