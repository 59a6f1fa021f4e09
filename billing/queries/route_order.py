from accounts.models import Account, District
from billing.models import Route


def accounts_without_route(route: Route, district: District) -> list[Account]:
    """The accounts of a district that no other route reads, in the order of the buildings."""
    accounts = (
        Account.objects.filter(
            premises__district=district,
            branch_id=route.branch_id,
            service=route.service,
            installations__removed_on=None,
        )
        .exclude(state=Account.State.CLOSED)
        .exclude(route_stop__route__isnull=False)
        .filter(installations__isnull=False)
        .select_related("premises")
        .distinct()
    )
    return sorted(accounts, key=_way)


def _way(account: Account) -> tuple[str, str, int, int, int, str]:
    place = account.premises
    door = (_figure(place.building), _figure(place.unit), _figure(place.room))
    return place.street, place.community, *door, account.account_no


def _figure(text: str) -> int:
    """5号楼 comes before 12号楼."""
    return int("".join(filter(str.isdecimal, text)) or 0)
