"""Tell the boards of a hall that something changed. The rows are the truth: a signal that is lost only delays them."""

import secrets
from functools import partial

from django.core.cache import cache
from django.db import transaction

# Without a signal a board looks at the rows again after so many seconds.
LOOK_AGAIN_AFTER = 30


def signal_board(hall_id: int) -> None:
    """After the commit of the verb that calls, and not before: nobody must read rows that are not there yet."""
    transaction.on_commit(partial(_change_version, hall_id), robust=True)


def board_version(hall_id: int) -> str:
    """What stands on the boards of the hall now; another word as soon as the queue has changed."""
    return str(cache.get_or_set(_key(hall_id), partial(_new_version, hall_id), LOOK_AGAIN_AFTER))


def is_newest(version: str) -> bool:
    """Whether a board that has seen this version has seen everything. The word itself names its hall."""
    hall_id, dot, _word = version.partition(".")
    # Eighteen digits: no longer key fits into the column, and int() refuses some thousands of them.
    is_ours = bool(dot) and hall_id.isdecimal() and len(hall_id) < 19
    return is_ours and cache.get(_key(int(hall_id))) == version


def _change_version(hall_id: int) -> None:
    cache.set(_key(hall_id), _new_version(hall_id), LOOK_AGAIN_AFTER)


def _new_version(hall_id: int) -> str:
    return f"{hall_id}.{secrets.token_urlsafe(6)}"


def _key(hall_id: int) -> str:
    return f"board:{hall_id}"
