"""The kinds of tariff, and which part of the rating engine reads each."""

from collections.abc import Callable
from typing import Any

from billing.models import Tariff
from billing.rating import TariffRefused, compile_heating, compile_one_off, compile_tariff
from billing.rating.heating_price import PRICE_KEYS

Json = dict[str, Any]
Kind = Tariff.Kind

COMPILERS: dict[str, Callable[[object, str], object]] = {
    Kind.METERED: compile_tariff,
    Kind.HEATING_AREA: compile_heating,
    Kind.HEATING_TWO_PART: compile_heating,
    Kind.ONE_OFF: compile_one_off,
}
# The kinds of a case file name what is asked of the price decision; the decision is kept by how it prices.
KINDS_OF_FILES = {
    **{kind: kind for kind in Kind.values},
    "heating_area_split": Kind.HEATING_AREA.value,
    "heating_suspension": Kind.HEATING_AREA.value,
    "heating_temp_refund": Kind.HEATING_AREA.value,
}
# What of a document without versions changes with the price; the rest are the rules around it.
_RULES_OF_FEES = frozenset(
    {"utility", "unit", "rounding", "note", "kind", "name", "name_zh", "name_en", "effective_from"}
)


def price_keys(kind: str, document: Json) -> set[str]:
    """The keys of a document without versions that hold its prices."""
    if kind == Kind.METERED:
        return {"categories"} & document.keys()
    if kind == Kind.ONE_OFF:
        return document.keys() - _RULES_OF_FEES
    return {*PRICE_KEYS, "categories"} & document.keys()


def split_document(kind: str, document: Json) -> tuple[Json, list[Any]]:
    """The rules of a price decision, and its versions as the file has them; the rules hold no date."""
    if document.get("versions") is not None:
        versions = document["versions"]
        rules = {key: value for key, value in document.items() if key not in ("versions", "effective_from")}
        return rules, versions if isinstance(versions, list) else [versions]
    prices = price_keys(kind, document)
    rules = {
        key: value
        for key, value in document.items()
        if key not in prices and key not in ("versions", "effective_from")
    }
    version = {key: document[key] for key in document if key in prices}
    return rules, [{"effective_from": document.get("effective_from"), **version}]


def whole_document(kind: str, rules: Json, versions: list[Json]) -> Json:
    """What the engine compiles; one-off fees know no versions, so theirs are compiled one by one."""
    if kind == Kind.ONE_OFF:
        (version,) = versions
        return undated_document(
            kind, rules, {key: version[key] for key in version if key != "effective_from"}
        )
    return {**rules, "versions": versions}


def undated_document(kind: str, rules: Json, prices: Json) -> Json:
    """One version alone, with the rules it brings, as if it had always been in force: what a preview compares."""
    beside = ("decision", "note", "rules")
    return {
        **rules,
        **(prices.get("rules") or {}),
        **{key: prices[key] for key in prices if key not in beside},
    }


def compile_document(kind: str, document: Json, where: str = "tariff") -> object:
    """Compile with the part of the engine that reads the kind. Raises TariffRefused."""
    return COMPILERS[kind](document, where)


__all__ = [
    "COMPILERS",
    "KINDS_OF_FILES",
    "TariffRefused",
    "compile_document",
    "split_document",
    "undated_document",
    "whole_document",
]
