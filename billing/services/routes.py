import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.copying import copy_rows
from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.models import Route, RouteStop
from billing.services.refusals import BillingRefused


class RouteRefused(BillingRefused):
    """The route stays as it is."""


@transaction.atomic
def lay_route(route: Route, accounts: Sequence[Account], *, by: Staff | None, at: datetime.datetime) -> int:
    """Give a route its accounts in the order of the way, instead of those it had; answers how many.

    Codes: unknown_route, other_branch, other_service, twice, on_another_route.
    """
    if by is not None and not by.sees_branch(route.branch_id):
        raise RouteRefused(_("There is no such route here."), code="unknown_route")
    Route.objects.select_for_update().get(pk=route.pk)
    _check(route, accounts)
    RouteStop.objects.filter(route=route).delete()
    stops = ([route.pk, account.pk, position] for position, account in enumerate(accounts, 1))
    count = copy_rows("billing_routestop", ["route_id", "account_id", "position"], stops)
    record_audit(actor=by, action="lay_route", on=route, at=at, details={"stops": count})
    return count


def _check(route: Route, accounts: Sequence[Account]) -> None:
    if len({account.pk for account in accounts}) != len(accounts):
        raise RouteRefused(_("An account stands twice on the route."), code="twice")
    if any(account.branch_id != route.branch_id for account in accounts):
        raise RouteRefused(_("A route goes through one branch only."), code="other_branch")
    if any(account.service != route.service for account in accounts):
        raise RouteRefused(_("A route reads the meters of one service only."), code="other_service")
    elsewhere = (
        RouteStop.objects.filter(account__in=[account.pk for account in accounts])
        .exclude(route=route)
        .select_related("account", "route")
        .first()
    )
    if elsewhere:
        raise RouteRefused(
            _("Account %(account)s already stands on route %(route)s."),
            code="on_another_route",
            params={"account": elsewhere.account.account_no, "route": elsewhere.route.code},
        )
