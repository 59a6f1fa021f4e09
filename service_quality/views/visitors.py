from django.http import HttpRequest

from accounts.models import Staff


def signed_in_staff(request: HttpRequest) -> Staff | None:
    """Who works at the browser that shows a page for customers; nobody, as it should be."""
    return request.user if isinstance(request.user, Staff) else None
