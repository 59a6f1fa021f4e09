"""The matter that a customer asks after with telephone and code."""

import hmac

from django.db.models import Q

from service_quality.models import Matter


def matter_followed(*, phone: str, code: str) -> Matter | None:
    """By the telephone of the matter, or one on file for its account; None tells nothing of which was wrong."""
    if not phone or not code:
        return None
    theirs = Q(phone=phone) | Q(phone="", account__customer__contacts__phone=phone)
    for one in Matter.objects.filter(theirs, code=code).select_related("policy", "duplicate_of"):
        if hmac.compare_digest(one.code.encode(), code.encode()):
            return one
    return None
