from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from billing.services.photos import TYPES
from service_quality.models import Attachment, Matter

PAPER = "application/pdf"


@permission_required("service_quality.view_matter", raise_exception=True)
@require_GET
@never_cache
def attachment(request: StaffRequest, pk: int) -> FileResponse:
    """A file of a matter, to those who may see the matter. A paper is saved, not opened in our page."""
    files = Attachment.objects.filter(matter__in=Matter.objects.visible_to(request.user))
    found = get_object_or_404(files, pk=pk)
    ending = found.path.rpartition(".")[2]
    kind = TYPES.get(ending) or (PAPER if ending == "pdf" else None)
    if kind is None or not default_storage.exists(found.path):
        raise Http404
    answer = FileResponse(
        default_storage.open(found.path),
        content_type=kind,
        as_attachment=kind == PAPER,
        filename=found.path.rpartition("/")[2],
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
