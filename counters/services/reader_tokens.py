"""Tokens by which the program at a window's card reader is known to the server."""

import datetime
import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.services.refusals import GasRefused
from counters.models import ReaderToken, Window

# 256 random bits: nothing to guess, so one pass of a hash is enough to keep.
TOKEN_BYTES = 32


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def issue_reader_token(window: Window, *, issued_by: Staff, at: datetime.datetime) -> str:
    """Make a token for the window's program and answer it, this once; the one before no longer counts.

    Codes: not_allowed, no_agent.
    """
    _check_may(issued_by)
    window = Window.objects.select_for_update().get(pk=window.pk)
    if window.card_reader != Window.CardReader.AGENT:
        raise GasRefused(_("This window is not set to a reader at its own computer."), code="no_agent")
    _revoke(window, issued_by, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = ReaderToken.objects.create(
        window=window, digest=digest_of(token), issued_at=at, issued_by=issued_by
    )
    record_audit(actor=issued_by, action="issue_reader_token", on=row, at=at, details={"window": str(window)})
    return token


@transaction.atomic
def revoke_reader_token(window: Window, *, revoked_by: Staff, at: datetime.datetime) -> ReaderToken:
    """Let the window's token count no more, from this moment. Codes: not_allowed, no_token."""
    _check_may(revoked_by)
    window = Window.objects.select_for_update().get(pk=window.pk)
    row = _revoke(window, revoked_by, at)
    if row is None:
        raise GasRefused(_("This window has no token."), code="no_token")
    record_audit(
        actor=revoked_by, action="revoke_reader_token", on=row, at=at, details={"window": str(window)}
    )
    return row


def _revoke(window: Window, by: Staff, at: datetime.datetime) -> ReaderToken | None:
    row = ReaderToken.objects.filter(window=window, revoked_at__isnull=True).first()
    if row is not None:
        row.revoked_at, row.revoked_by = at, by
        row.save(update_fields=["revoked_at", "revoked_by"])
    return row


def _check_may(staff: Staff) -> None:
    if not staff.has_perm("counters.issue_readertoken"):
        raise GasRefused(_("Only an administrator issues and revokes tokens."), code="not_allowed")
