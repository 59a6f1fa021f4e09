"""The statement behind the search box. Every text in it is ours; what was typed goes in as values."""

from collections.abc import Iterator
from typing import Any

from accounts.search_terms import Kind, Terms, Way

# So many are looked at for each way to find them. Whoever types one common surname gets some of them,
# in order: nobody could read them all.
CANDIDATES = 200

# A better match has a lower number; with several words the numbers add up. {0} is the word.
_RANKS = {
    Kind.NUMBER: """
        CASE WHEN a.account_no = {0} THEN 0
             WHEN a.old_account_no = {0} THEN 1
             WHEN length({0}) > 4 AND s.keys @> ARRAY['*' || {0}] THEN 2
             WHEN starts_with(a.account_no, {0}) THEN 4
             WHEN s.keys @> ARRAY['*' || {0}] THEN 5
             WHEN p.door = {0} THEN 7
             ELSE 8 END""",
    Kind.TEXT: """
        CASE WHEN accounts_folded(c.name) = {0} THEN 3
             WHEN starts_with(accounts_folded(c.name), {0}) THEN 4
             WHEN strpos(accounts_folded(c.name), {0}) > 0 THEN 6
             WHEN accounts_folded(p.community) = {0} THEN 7
             ELSE 8 END""",
    Kind.LATIN: """
        CASE WHEN a.account_no = upper({0}) THEN 0
             WHEN a.old_account_no = upper({0}) THEN 1
             WHEN accounts_folded(c.name) = {0} THEN 3
             WHEN starts_with(accounts_folded(c.name), {0}) THEN 4
             WHEN c.name_initials = {0} THEN 5
             WHEN starts_with(c.name_initials, {0}) THEN 6
             WHEN p.community_initials = {0} THEN 7
             ELSE 8 END""",
    Kind.DOOR: "CASE WHEN p.door = {0} THEN 7 ELSE 8 END",
}


def search_statement(terms: Terms, columns: str, branch_id: int | None) -> tuple[str, dict[str, Any]]:
    """Fetch the candidates of every way through its own index, rank them, and give the best of them whole.

    A branch of None is every branch. The value `limit` is for the caller to add.
    """
    values: dict[str, Any] = {"branch": branch_id, "scanned": terms.scanned}
    scope = "TRUE" if branch_id is None else "a.branch_id = %(branch)s"
    arms = list(_scanned(scope)) if terms.scanned else []
    for index, way in enumerate(terms.ways):
        values |= {f"keys{index}": list(way.keys), f"number{index}": f"{way.number}%"}
        arms += _arms(way, index, scope)
    ranks = ["0"]
    for index, piece in enumerate(terms.pieces):
        values[f"piece{index}"] = piece.text
        ranks.append(_RANKS[piece.kind].format(f"%(piece{index})s"))
    statement = f"""
        SELECT {columns}
        FROM ({" UNION ".join(arms)}) AS candidates
        JOIN accounts_account a ON a.id = candidates.id
        JOIN accounts_searchentry s ON s.account_id = a.id
        JOIN accounts_customer c ON c.id = a.customer_id
        JOIN accounts_premises p ON p.id = a.premises_id
        JOIN accounts_district d ON d.id = p.district_id
        JOIN accounts_branch b ON b.id = a.branch_id
        ORDER BY {" + ".join(ranks)}, a.state = 'CLOSED', p.community_initials, p.community,
            lpad(split_part(p.door, '-', 1), 6, '0') COLLATE "C",
            lpad(split_part(p.door, '-', 2), 6, '0') COLLATE "C",
            lpad(split_part(p.door, '-', 3), 6, '0') COLLATE "C",
            a.account_no
        LIMIT %(limit)s
    """  # noqa: S608 - no text of the clerk's
    return statement, values


def _scanned(scope: str) -> Iterator[str]:
    for column in ("account_no", "old_account_no"):
        yield f"(SELECT a.id FROM accounts_account a WHERE a.{column} = %(scanned)s AND {scope})"  # noqa: S608


def _arms(way: Way, index: int, scope: str) -> Iterator[str]:
    # Written as a subselect, the planner cannot see how common the words are. It then always takes the
    # index; a plan for common words reads the whole table until it has met enough of them.
    keys = f"s.keys @> (SELECT %(keys{index})s::text[])" if way.keys else "TRUE"
    if not way.number:
        conditions = [keys]
    else:
        conditions = [
            f"a.{column} LIKE %(number{index})s AND {keys}" for column in ("account_no", "old_account_no")
        ]
    for condition in conditions:
        yield f"""(
            SELECT a.id FROM accounts_searchentry s JOIN accounts_account a ON a.id = s.account_id
            WHERE {condition} AND {scope} LIMIT {CANDIDATES})"""  # noqa: S608
