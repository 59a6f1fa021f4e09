"""A file of tariff cases: a tariff, an account and inputs in each, priced without a database.

The form is that of docs/formats.md, "Tariff cases and quote".
"""

import json
from collections.abc import Callable
from decimal import DecimalException

from billing.rating.case_heating import (
    quote_heating_area,
    quote_heating_suspension,
    quote_heating_temp_refund,
    quote_heating_two_part,
)
from billing.rating.case_metered import quote_metered
from billing.rating.case_output import Json
from billing.rating.case_penalty import quote_one_off, quote_penalty
from billing.rating.definition import Definition
from billing.rating.refusal import CaseRefused, RatingRefused, gettext_noop

KINDS: dict[str, Callable[[Definition, bool], Json]] = {
    "metered": quote_metered,
    "heating_area": quote_heating_area,
    "heating_area_split": quote_heating_area,
    "heating_two_part": quote_heating_two_part,
    "heating_suspension": quote_heating_suspension,
    "heating_temp_refund": quote_heating_temp_refund,
    "penalty": quote_penalty,
    "one_off": quote_one_off,
}


def quote_cases(text: str, *, explain: bool = False) -> Json:
    """Price every case of a file; with `explain` each line carries its two sentences.

    Raises CaseRefused with one sentence; it names the case where the fault lies in one. Codes: not_json,
    duplicate, case (with the case's own code in params).
    """
    file = Definition(_load(text), "file", CaseRefused)
    cases = file.children("cases")
    names = [_name(case) for case in cases]
    for name in names:
        if names.count(name) > 1:
            raise CaseRefused(gettext_noop("Two cases have the id %(id)s."), code="duplicate", id=name)
    return {"cases": [_quote(name, case, explain) for name, case in zip(names, cases, strict=True)]}


def _quote(name: str, case: Definition, explain: bool) -> Json:
    try:
        quote = KINDS[case.one_of("kind", tuple(KINDS))]
        return {"id": name, **quote(case.named("case"), explain)}
    except RatingRefused as refusal:
        raise CaseRefused(
            gettext_noop("Case %(id)s: %(reason)s"),
            code="case",
            id=name,
            reason=str(refusal),
            cause=refusal.code,
        ) from refusal
    except DecimalException as fault:
        raise CaseRefused(gettext_noop("Case %(id)s: a number is too large."), code="case", id=name,
                          cause="out_of_range") from fault  # fmt: skip


def _name(case: Definition) -> str:
    return case.text("id")


def _load(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except RecursionError:
        raise CaseRefused(gettext_noop("The file is nested too deeply."), code="not_json") from None
    except json.JSONDecodeError as fault:
        raise CaseRefused(
            gettext_noop("The file is not JSON: %(fault)s."), code="not_json", fault=str(fault)
        ) from fault  # fmt: skip
    except ValueError as fault:
        if isinstance(fault, CaseRefused):
            raise
        raise CaseRefused(
            gettext_noop("The file is not JSON: %(fault)s."), code="not_json", fault="a number is too long"
        ) from fault


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON keeps the last of two equal keys in silence; a price must not be lost that way."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise CaseRefused(
                gettext_noop("The key “%(key)s” stands twice in one object."), code="duplicate", key=key
            )
        found[key] = value
    return found


def _refuse_constant(name: str) -> object:
    raise CaseRefused(gettext_noop("%(name)s is not a number a case may hold."), code="not_json", name=name)
