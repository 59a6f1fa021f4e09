"""What may still be changed of an announced season, and what follows when it is over."""

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.account_states import resume_account
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Bill, HeatingSeason, HeatSuspension
from billing.services.locks import lock_accounts
from billing.services.refusals import HeatingRefused


def bills_of(season: HeatingSeason) -> QuerySet[Bill]:
    """The bills that were issued for the season, of the accounts that follow this row."""
    bills: QuerySet[Bill] = Bill.objects.filter(kind=Bill.Kind.HEATING, period=season.season)
    bills = bills.exclude(state=Bill.State.CANCELLED)
    if season.branch_id is not None:
        return bills.filter(account__branch_id=season.branch_id)
    own = HeatingSeason.objects.filter(season=season.season, branch=OuterRef("account__branch"))
    return bills.filter(~Exists(own))


def check_season_change(before: HeatingSeason, after: HeatingSeason) -> None:
    """Refuse to move what stands on issued bills; the city may still make a season longer.

    Codes: billed (season, branch or due date), shorter (a day of heat that was billed would fall away),
    no_new_decision (a longer season without the decision that makes it longer).
    """
    moved = (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on)
    fixed = ("season", "branch_id", "due_on")
    if not (moved or any(getattr(before, name) != getattr(after, name) for name in fixed)):
        return
    if not bills_of(before).exists():
        return
    if any(getattr(before, name) != getattr(after, name) for name in fixed):
        raise HeatingRefused(
            _("Bills are issued for this season: its name, branch and due date stand on them."), code="billed"
        )
    if after.starts_on > before.starts_on or after.ends_on < before.ends_on:
        raise HeatingRefused(
            _("Bills are issued for these days of heat. Days that are not supplied are refunded one by one."),
            code="shorter",
        )
    if after.decision == before.decision:
        raise HeatingRefused(
            _("The city decides a longer season: enter the number of the new decision."),
            code="no_new_decision",
        )


@transaction.atomic
def end_suspensions(season: HeatingSeason, *, ended_by: Staff, at: datetime.datetime) -> int:
    """Put the accounts that were suspended for a past season back in use; answers how many. Code: not_over."""
    if business_date_of(at) <= season.ends_on:
        raise HeatingRefused(_("The season is not over yet."), code="not_over")
    standing = Q(season=season, state=HeatSuspension.State.APPROVED)
    accounts = lock_accounts(HeatSuspension.objects.filter(standing).values_list("account_id", flat=True))
    suspensions = list(
        HeatSuspension.objects.select_for_update(no_key=True).filter(standing, account__in=list(accounts))
    )
    reason = _("The %(season)s is over") % {"season": season}
    for suspension in suspensions:
        account = accounts[suspension.account_id]
        # Stopped, closed or put back in use by hand meanwhile: its state is somebody else's decision.
        if account.state == Account.State.SUSPENDED:
            resume_account(account, reason=reason, actor=ended_by, at=at)
    HeatSuspension.objects.filter(pk__in=[one.pk for one in suspensions]).update(
        state=HeatSuspension.State.ENDED
    )
    record_audit(
        actor=ended_by,
        action="end_suspensions",
        on=season,
        at=at,
        details={"season": season.season, "suspensions": len(suspensions)},
    )
    return len(suspensions)
