"""The limit of `bench search`: for each way of asking, the query of somebody who knows which way it is.

The same tables and index, the same scope and as many candidates, ordered for this way only; what the list shows, as
plain tuples.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from config.bench.scratch import application_session
from config.bench.search_questions import Question, Way

LIMIT = 10
CANDIDATES = 200

_SHOWN = """
    SELECT a.id, a.account_no, a.old_account_no, a.service, a.category, a.state, c.name, p.street, p.community,
        p.building, p.unit, p.room, d.name, b.name
    FROM ({candidates}) AS found
    JOIN accounts_account a ON a.id = found.id
    JOIN accounts_customer c ON c.id = a.customer_id
    JOIN accounts_premises p ON p.id = a.premises_id
    JOIN accounts_district d ON d.id = p.district_id
    JOIN accounts_branch b ON b.id = a.branch_id
    ORDER BY {order} LIMIT {limit}
"""
_BY_NUMBER = "SELECT id FROM accounts_account WHERE {column} = %(number)s AND branch_id = %(branch)s"
_BY_KEYS = f"""
    SELECT a.id FROM accounts_searchentry s JOIN accounts_account a ON a.id = s.account_id
    WHERE s.keys @> (SELECT %(keys)s::text[]) AND a.branch_id = %(branch)s LIMIT {CANDIDATES}
"""  # noqa: S608 - a number of ours
_PLACE = "p.community, p.door, a.account_no"
_NAME_FIRST = f"c.name <> %(typed)s, NOT starts_with(c.name, %(typed)s), {_PLACE}"


def _query(candidates: str, order: str) -> str:
    return _SHOWN.format(candidates=candidates, order=order, limit=LIMIT)


_QUERIES: Mapping[Way, str] = {
    Way.ACCOUNT_NO: _query(_BY_NUMBER.format(column="account_no"), "a.account_no"),
    Way.OLD_ACCOUNT_NO: _query(_BY_NUMBER.format(column="old_account_no"), "a.account_no"),
    Way.PHONE_TAIL: _query(_BY_KEYS, f"c.name, {_PLACE}"),
    Way.NAME: _query(_BY_KEYS, _NAME_FIRST),
    Way.TWO_OF_A_NAME: _query(_BY_KEYS, _NAME_FIRST),
    Way.TWO_OF_AN_ADDRESS: _query(_BY_KEYS, _PLACE),
    Way.SURNAME: _query(_BY_KEYS, _PLACE),
    Way.DOOR: _query(_BY_KEYS, _PLACE),
    Way.INITIALS: _query(_BY_KEYS, f"c.name_initials <> %(typed)s, {_PLACE}"),
    Way.NAME_AND_COMMUNITY: _query(_BY_KEYS, _PLACE),
    Way.SURNAME_AND_PHONE: _query(_BY_KEYS, _PLACE),
}


@contextmanager
def searches_by_hand() -> Iterator[Callable[[Question], list[tuple[Any, ...]]]]:
    with closing(application_session()) as session, session.cursor() as cursor:
        session.autocommit = True
        # Parallel workers take longer to start than the search lasts.
        cursor.execute("SET max_parallel_workers_per_gather = 0")

        def find(question: Question) -> list[tuple[Any, ...]]:
            cursor.execute(
                _QUERIES[question.way],
                {
                    "typed": question.typed,
                    "number": question.number,
                    "keys": list(question.keys),
                    "branch": question.asked_by.branch_id,
                },
            )
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

        yield find
