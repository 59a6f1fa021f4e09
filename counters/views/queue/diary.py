from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from counters.forms.queue import DiaryForm
from counters.models import DiaryEntry
from counters.services.diary import write_diary

SHOWN = 60


@permission_required("counters.keep_a_diary", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def diary(request: StaffRequest) -> HttpResponse:
    """The own work diary; whoever sees the hall also finds the pauses of others here, and nothing else of theirs."""
    form = DiaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            write_diary(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("queue:diary")
    entries = DiaryEntry.objects.visible_to(request.user).select_related("staff", "pause__window__hall")
    own = entries.filter(staff=request.user)[:SHOWN]
    pauses = entries.exclude(staff=request.user)[:SHOWN]
    context = {"form": form, "own": own, "pauses": pauses}
    status = 422 if request.method == "POST" else 200
    return render(request, "queue/diary.html", context, status=status)
