from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from billing.services.photos import TYPES
from service_quality.models import Attachment, Matter

PAPER = "application/pdf"


@permission_required("service_quality.view_matter", raise_exception=True)
@require_GET
@never_cache
def attachment(request: StaffRequest, pk: int) -> HttpResponse:
    """A file of a matter, to those who may see the matter. A paper is saved, not opened in our page."""
    files = Attachment.objects.filter(matter__in=Matter.objects.visible_to(request.user, timezone.now()))
    found = get_object_or_404(files, pk=pk)
    ending = found.path.rpartition(".")[2]
    kind = TYPES.get(ending) or (PAPER if ending == "pdf" else None)
    if kind is None or not default_storage.exists(found.path):
        raise Http404
    # Five megabytes at most: read whole, so that nothing stays open behind the answer.
    with default_storage.open(found.path) as file:
        answer = HttpResponse(file.read(), content_type=kind)
    # The name is ours, of hexadecimal digits: nothing in it has to be quoted.
    shown = "attachment" if kind == PAPER else "inline"
    answer["Content-Disposition"] = f'{shown}; filename="{found.path.rpartition("/")[2]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
