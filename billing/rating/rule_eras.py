"""Rules with a date: a version may bring rules that replace those around it from its first day on."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from billing.rating.definition import Definition
from billing.rating.versions import ALWAYS

Document = dict[str, object]


class Era(NamedTuple):
    """A tariff as it is to be read from a day on; `where` names the rules that it was given."""

    starts_on: date
    document: Document
    where: str


def has_dated_rules(definition: object) -> bool:
    return isinstance(definition, dict) and any(_brings_rules(one) for one in _versions(definition))


def rule_eras(definition: object, where: str, known: Collection[str]) -> tuple[Era, ...]:
    """The definition without dated rules, and once more for each version that brings some.

    What a version's rules do not name stays as the tariff has it; a later version without rules keeps them.
    Raises TariffRefused for a rule that is not among `known`.
    """
    assert isinstance(definition, dict)
    plain = [_without_rules(one) for one in _versions(definition)]
    around = {**definition, "versions": plain}
    eras = [Era(ALWAYS, around, where)]
    for index, version in enumerate(_versions(definition)):
        if _brings_rules(version):
            place = f"{where}.versions[{index}]"
            rules = Definition(version, place).child("rules")
            rules.known_keys(*known)
            starts_on = Definition(version, place).day("effective_from")
            own = {key: version["rules"][key] for key in rules}
            eras.append(Era(starts_on, {**around, **own}, f"{place}.rules"))
    return tuple(eras)


def _versions(definition: dict[str, object]) -> list[dict[str, object]]:
    versions = definition.get("versions")
    return versions if isinstance(versions, list) else []


def _brings_rules(version: object) -> bool:
    return isinstance(version, dict) and version.get("rules") is not None


def _without_rules(version: object) -> object:
    if not isinstance(version, dict):
        return version
    return {key: value for key, value in version.items() if key != "rules"}
