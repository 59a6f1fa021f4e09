from django.http import HttpRequest

from accounts.models import Staff


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in: the middleware has seen to it."""

    user: Staff
