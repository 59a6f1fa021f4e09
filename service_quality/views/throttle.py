"""How often one visitor may knock: counted in the cache, so that a refused knock costs no write."""

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.module_loading import import_string

A_QUARTER_OF_AN_HOUR = 15 * 60


def knocks_too_often(request: HttpRequest, door: str, *, most: int, also: str = "") -> bool:
    """Whether this address, or `also` (such as a telephone) from anywhere, has knocked more than `most` times."""
    address = import_string(settings.AXES_CLIENT_IP_CALLABLE)(request)
    names = [_key(door, who) for who in (address, also) if who]
    # Every one is counted, whatever the first says.
    return max(_knocks(name) for name in names) > most


def _key(door: str, who: str) -> str:
    """A name that the cache takes, whatever was typed."""
    return f"knock:{hashlib.sha256(f'{door} {who}'.encode()).hexdigest()}"


def _knocks(name: str) -> int:
    # add() sets the end of the quarter of an hour; incr() keeps it.
    if cache.add(name, 1, A_QUARTER_OF_AN_HOUR):
        return 1
    try:
        return int(cache.incr(name))
    except ValueError:
        # It ended between the two.
        cache.set(name, 1, A_QUARTER_OF_AN_HOUR)
        return 1
