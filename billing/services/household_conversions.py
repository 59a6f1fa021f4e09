import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import HouseholdConversion
from billing.queries.arrears.effects import Business, blocked_by_arrears
from billing.services.locks import lock_accounts
from billing.services.refusals import HeatingRefused

Method = HouseholdConversion.Method
LONGEST_NOTE = 200


@transaction.atomic
def convert_household(
    account: Account,
    *,
    converted_on: datetime.date,
    method: str,
    made_by: Staff,
    at: datetime.datetime,
    note: str = "",
) -> HouseholdConversion:
    """Bill a household in another way from the next season on (分户改造); its fee is issued by `issue_one_off`.

    Codes: unknown_account, not_heat, unknown_method, in_the_future, not_later, same_method, no_meter, arrears,
    note_too_long.
    """
    locked = lock_accounts([account.pk]).get(account.pk)
    if locked is None or not made_by.sees_branch(locked.branch_id):
        raise HeatingRefused(_("There is no such account here."), code="unknown_account")
    if why := blocked_by_arrears(locked.pk, Business.CONVERSION):
        raise HeatingRefused(why, code="arrears")
    _check(locked, converted_on, method, business_date_of(at))
    if len(note) > LONGEST_NOTE:
        raise HeatingRefused(_("The note is too long."), code="note_too_long")
    conversion = HouseholdConversion.objects.create(
        account=locked, converted_on=converted_on, method=method, note=note, made_at=at, made_by=made_by
    )
    record_audit(
        actor=made_by,
        action="convert_household",
        on=conversion,
        at=at,
        branch=locked.branch,
        reason=note,
        details={"account": locked.account_no, "method": method, "on": converted_on.isoformat()},
    )
    return conversion


def _check(account: Account, converted_on: datetime.date, method: str, today: datetime.date) -> None:
    if account.service != Service.HEAT:
        raise HeatingRefused(_("This account is not supplied with heat."), code="not_heat")
    if method not in Method.values:
        raise HeatingRefused(_("Choose how the household is billed."), code="unknown_method")
    if converted_on > today:
        raise HeatingRefused(_("Enter the conversion when it is done."), code="in_the_future")
    last = account.heat_conversions.order_by("converted_on").last()
    if last and converted_on <= last.converted_on:
        raise HeatingRefused(
            _("The household was converted on %(date)s; what follows is later."),
            code="not_later",
            params={"date": last.converted_on},
        )
    if method == (last.method if last else Method.AREA):
        raise HeatingRefused(_("The household is billed in this way already."), code="same_method")
    if method == Method.TWO_PART and not account.installations.filter(removed_on__isnull=True).exists():
        raise HeatingRefused(
            _("A household with a base charge needs a heat meter: install it first."), code="no_meter"
        )
