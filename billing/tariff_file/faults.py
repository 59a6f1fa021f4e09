"""Every fault of a price decision, each with its place: the engine stops at the first, a report must not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from billing.rating.heating_price import PRICE_KEYS
from billing.tariff_file.kinds import Json, Kind, TariffRefused, compile_document, undated_document

ROOT = "tariff"
_DAY = "2000-01-01"
_ONE: Json = {"code": "x", "unit_price": "1"}
_SOUND: Json = {"components": [_ONE]}
_TIERS = ("tier_period", "tier_upto", "year_starts_on", "household")

# A small document that has one part of the decision in it, and the index that stands for [0] in its places.
Piece = tuple[Json, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a tariff; `field` is a path such as versions[0].categories.resident."""

    field: str
    code: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def faults_of(kind: str, rules: Json, versions: list[Any]) -> list[Fault]:
    """Compile the decision part by part, then as a whole; a place is named once."""
    return _compiled(kind, _pieces(kind, rules, versions))


def rule_faults(kind: str, rules: Json) -> list[Fault]:
    """The faults of the rules alone, whatever the price."""
    prices: dict[str, Json] = {
        Kind.METERED: {"categories": {"x": _SOUND}},
        Kind.ONE_OFF: {"fees": {"x": [{"component": "x", "measure": "area", "unit_price": "1"}]}},
    }
    return _compiled(kind, [({**rules, **prices.get(kind, {"area_price": "1"})}, {})])


def _compiled(kind: str, pieces: Iterable[Piece]) -> list[Fault]:
    found: dict[str, Fault] = {}
    for document, renamed in pieces:
        try:
            compile_document(kind, document, ROOT)
        except TariffRefused as refusal:
            fault = _fault(refusal, renamed)
            found.setdefault(fault.field, fault)
    return list(found.values())


def _fault(refusal: TariffRefused, renamed: dict[str, str]) -> Fault:
    place = str(refusal.params.get("where", ROOT)).removeprefix(ROOT).removeprefix(".")
    for short, long in renamed.items():
        place = place.replace(short, long, 1)
    params = {**refusal.params, "where": place or _("the tariff")}
    return Fault(place, refusal.code, _(refusal.message) % params)


def _pieces(kind: str, rules: Json, versions: list[Any]) -> Iterator[Piece]:
    if kind == Kind.METERED:
        yield from _metered(rules, versions)
    elif kind == Kind.ONE_OFF:
        yield from _fees(kind, rules, versions)
    else:
        yield from _heating(rules, versions)


def _metered(rules: Json, versions: list[Any]) -> Iterator[Piece]:
    yield {**rules, "categories": {"x": _SOUND}}, {}
    for index, version in enumerate(versions):
        at = {"versions[0]": f"versions[{index}]"}
        if not isinstance(version, dict):
            continue
        categories = version.get("categories")
        sound = {"x": _SOUND} if isinstance(categories, dict) and categories else categories
        yield {"versions": [{**version, "categories": sound}]}, at
        if isinstance(categories, dict):
            for name, category in categories.items():
                yield from _category(name, category, at)
    yield {**rules, "versions": versions}, {}


def _category(name: str, category: Any, at: dict[str, str]) -> Iterator[Piece]:
    if not isinstance(category, dict):
        yield _only(name, category), at
        return
    components = category.get("components")
    listed = isinstance(components, list) and components
    yield _only(name, {**category, "components": [_ONE] if listed else components}), at
    if not isinstance(components, list):
        return
    bounds = {key: category[key] for key in _TIERS if key in category}
    for index, component in enumerate(components):
        place = {**at, "components[0]": f"components[{index}]"}
        yield _only(name, {**_tiers_for(component), "components": [component]}), place
        yield _only(name, {**bounds, "components": [component]}), place


def _tiers_for(component: Any) -> Json:
    """Tiers that fit a component's own prices, so that each of them is read even where the tiers are wrong."""
    prices = component.get("unit_price") if isinstance(component, dict) else None
    if not isinstance(prices, list) or len(prices) < 2:
        return {}
    return {"tier_period": "calendar_year", "tier_upto": [str(place) for place in range(1, len(prices))]}


def _only(name: str, category: Any) -> Json:
    return {"versions": [{"effective_from": _DAY, "categories": {name: category}}]}


def _heating(rules: Json, versions: list[Any]) -> Iterator[Piece]:
    around = {key: rules[key] for key in PRICE_KEYS if key in rules}
    plain = {key: value for key, value in rules.items() if key not in around and key != "categories"}
    yield {**plain, "area_price": "1"}, {}
    for name, category in _named(rules.get("categories")):
        yield {**around, "categories": {name: category}}, {}
    for index, version in enumerate(versions):
        at = {"versions[0]": f"versions[{index}]"}
        if not isinstance(version, dict):
            continue
        rest = {key: value for key, value in version.items() if key != "categories"}
        yield {**around, "versions": [{"area_price": "1", **_without_prices(rest)}]}, at
        for name, category in _named(version.get("categories")):
            yield (
                {**around, "versions": [{**rest, "effective_from": _DAY, "categories": {name: category}}]},
                at,
            )
    yield {**rules, "versions": versions}, {}


def _without_prices(version: Json) -> Json:
    return {key: value for key, value in version.items() if key not in PRICE_KEYS}


def _named(categories: Any) -> list[tuple[str, Any]]:
    return list(categories.items()) if isinstance(categories, dict) else []


def _fees(kind: str, rules: Json, versions: list[Any]) -> Iterator[Piece]:
    """A price list of fees is read flat, so that its places need the version put before them."""
    for index, version in enumerate(versions):
        if not isinstance(version, dict):
            continue
        prices = {key: value for key, value in version.items() if key not in ("effective_from", "decision")}
        for name, items in _named(prices.get("fees")):
            for place, item in enumerate(items if isinstance(items, list) else []):
                renamed = {"fees": f"versions[{index}].fees", f"{name}[0]": f"{name}[{place}]"}
                yield {"fees": {name: [item]}}, renamed
        yield undated_document(kind, rules, prices), {"fees": f"versions[{index}].fees"}
