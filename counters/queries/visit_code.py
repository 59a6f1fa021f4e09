"""The code under a receipt by which its customer, and nobody who only guesses, says how the visit was."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from billing.models import Receipt

_SALT = "nuanchuang.visit"


def visit_code(receipt: Receipt) -> str:
    """The receipt number with a signature; the same on every printing."""
    return signing.Signer(salt=_SALT).sign(receipt.number)


def receipt_of_code(code: str) -> Receipt | None:
    """The receipt that a code of ours names."""
    try:
        number = signing.Signer(salt=_SALT).unsign(code)
    except signing.BadSignature:
        return None
    found: Receipt | None = (
        Receipt.objects.select_related("payment__account__branch", "payment__taken_by")
        .filter(number=number)
        .first()
    )
    return found


def rating_address(receipt: Receipt, site: str) -> str:
    """Where the customer rates the visit. `site` is the address the page was asked at; PUBLIC_ADDRESS goes first."""
    path = reverse("service_quality:rate_receipt", args=[visit_code(receipt)])
    return f"{settings.PUBLIC_ADDRESS or site}{path}"
