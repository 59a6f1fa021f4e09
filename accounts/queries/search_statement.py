"""The statement behind the search box. Every text in it is ours; what was typed goes in as values."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from accounts.models import Account, Branch, Customer, District, Premises
from accounts.search_terms import Kind, Terms, Way

# So many are looked at for each way to find them. Whoever types one common surname gets some of them,
# in order: nobody could read them all.
CANDIDATES = 200

MODELS: tuple[type[Model], ...] = (Account, Customer, Premises, District, Branch)
# The planner's own time grows steeply with the tables of one step: the last two are joined in a second one.
_INNER, _OUTER = {"a": Account, "c": Customer, "p": Premises}, {"d": District, "b": Branch}
_INNER_COLUMNS = ", ".join(
    f"{alias}.{field.column} AS {alias}_{field.column}"
    for alias, model in _INNER.items()
    for field in model._meta.concrete_fields
)
_COLUMNS = ", ".join(
    [
        *(
            f"best.{alias}_{field.column}"
            for alias, model in _INNER.items()
            for field in model._meta.concrete_fields
        ),
        *(
            f"{alias}.{field.column}"
            for alias, model in _OUTER.items()
            for field in model._meta.concrete_fields
        ),
    ]
)
_NUMBERS = ("account_no", "old_account_no")
_KEYS = "(SELECT keys FROM accounts_searchentry WHERE account_id = a.id)"

# A better match has a lower number; with several words the numbers add up. {0} is the word.
_RANKS = {
    Kind.NUMBER: f"""
        CASE WHEN a.account_no = {{0}} THEN 0
             WHEN a.old_account_no = {{0}} THEN 1
             WHEN length({{0}}) > 4 AND {_KEYS} @> ARRAY['*' || {{0}}] THEN 2
             WHEN starts_with(a.account_no, {{0}}) THEN 4
             WHEN {_KEYS} @> ARRAY['*' || {{0}}] THEN 5
             WHEN p.door = {{0}} THEN 7
             ELSE 8 END""",
    Kind.TEXT: """
        CASE WHEN words.name = {0} THEN 3
             WHEN starts_with(words.name, {0}) THEN 4
             WHEN strpos(words.name, {0}) > 0 THEN 6
             WHEN words.community = {0} THEN 7
             ELSE 8 END""",
    Kind.LATIN: """
        CASE WHEN a.account_no = upper({0}) THEN 0
             WHEN a.old_account_no = upper({0}) THEN 1
             WHEN words.name = {0} THEN 3
             WHEN starts_with(words.name, {0}) THEN 4
             WHEN c.name_initials = {0} THEN 5
             WHEN starts_with(c.name_initials, {0}) THEN 6
             WHEN p.community_initials = {0} THEN 7
             ELSE 8 END""",
    Kind.DOOR: "CASE WHEN p.door = {0} THEN 7 ELSE 8 END",
}


def search_statement(terms: Terms, branch_id: int | None) -> tuple[str, dict[str, Any]]:
    """Fetch the candidates of every way through its own index, rank them, and give the best of them whole.

    A row is the columns of MODELS, one model after the other. A branch of None is every branch. The value
    `limit` is for the caller to add.
    """
    values: dict[str, Any] = {"branch": branch_id, "scanned": terms.scanned}
    arms = list(_scanned(branch_id)) if terms.scanned else []
    for index, way in enumerate(terms.ways):
        values |= {f"keys{index}": list(way.keys), f"number{index}": f"{way.number}%"}
        arms += _arms(way, index, branch_id)
    ranks = ["0"]
    for index, piece in enumerate(terms.pieces):
        values[f"piece{index}"] = piece.text
        ranks.append(_RANKS[piece.kind].format(f"%(piece{index})s"))
    statement = f"""
        WITH best AS MATERIALIZED (
            SELECT {_INNER_COLUMNS},
                row_number() OVER (
                    ORDER BY {" + ".join(ranks)}, a.state = 'CLOSED', p.community_initials, p.community,
                    lpad(split_part(p.door, '-', 1), 6, '0') COLLATE "C",
                    lpad(split_part(p.door, '-', 2), 6, '0') COLLATE "C",
                    lpad(split_part(p.door, '-', 3), 6, '0') COLLATE "C",
                    a.account_no) AS place
            FROM ({" UNION ".join(arms)}) AS candidates
            JOIN accounts_account a ON a.id = candidates.id
            JOIN accounts_customer c ON c.id = a.customer_id
            JOIN accounts_premises p ON p.id = a.premises_id
            CROSS JOIN LATERAL (
                SELECT accounts_folded(c.name) AS name, accounts_folded(p.community) AS community OFFSET 0
            ) AS words
            ORDER BY place LIMIT %(limit)s)
        SELECT {_COLUMNS}
        FROM best
        JOIN accounts_district d ON d.id = best.p_district_id
        JOIN accounts_branch b ON b.id = best.a_branch_id
        ORDER BY place
    """  # noqa: S608 - no text of the clerk's
    return statement, values


def _scanned(branch_id: int | None) -> Iterator[str]:
    scope = "" if branch_id is None else "AND branch_id = %(branch)s"
    for column in _NUMBERS:
        yield f"(SELECT id FROM accounts_account WHERE {column} = %(scanned)s {scope})"  # noqa: S608


def _arms(way: Way, index: int, branch_id: int | None) -> Iterator[str]:
    # Written as a subselect, the planner cannot see how common the words are. It then always takes the
    # index; a plan for common words reads the whole table until it has met enough of them.
    keys = f"s.keys @> (SELECT %(keys{index})s::text[])"
    if not way.number and branch_id is None:
        yield f"(SELECT s.account_id AS id FROM accounts_searchentry s WHERE {keys} LIMIT {CANDIDATES})"  # noqa: S608
        return
    conditions = [] if branch_id is None else ["a.branch_id = %(branch)s"]
    entries = ""
    if way.keys:
        entries = "JOIN accounts_searchentry s ON s.account_id = a.id"
        conditions.append(keys)
    numbers = [[f"a.{column} LIKE %(number{index})s"] for column in _NUMBERS] if way.number else [[]]
    for number in numbers:
        yield f"""(
            SELECT a.id FROM accounts_account a {entries}
            WHERE {" AND ".join([*number, *conditions])} LIMIT {CANDIDATES})"""  # noqa: S608
