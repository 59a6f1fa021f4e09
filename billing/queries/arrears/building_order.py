"""The order in which somebody carries letters out: district, street, community, then door by door."""

from accounts.models import Account


def building_order(account: Account) -> tuple[str, str, str, int, int, int, str]:
    """The key of an account whose premises and district are loaded: 5号楼 comes before 12号楼."""
    place = account.premises
    door = (_figure(place.building), _figure(place.unit), _figure(place.room))
    return place.district.code, place.street, place.community, *door, account.account_no


def _figure(text: str) -> int:
    return int("".join(one for one in text if one in "0123456789") or 0)
