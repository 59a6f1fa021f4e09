"""The late-charge rules of a file of prices, beside its tariffs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from billing.tariff_file.kinds import Json
from billing.tariff_file.reading import (
    TariffEntry,
    TariffFileRefused,
    entries_of,
    load_document,
    read_text,
    service_named,
)

SECTION = "late_charges"


@dataclass(frozen=True, slots=True)
class LateChargeEntry:
    """One rule of a file as written; `place` is how a fault names it."""

    place: str
    said: Json


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file of prices holds: tariffs, late-charge rules, or both."""

    tariffs: list[TariffEntry]
    late_charges: list[LateChargeEntry]


def read_price_file(path: Path) -> PriceFile:
    """Read tariffs and the list `late_charges` beside them. Codes: not_readable, not_json, no_tariffs."""
    return read_prices(read_text(path))


def read_prices(text: str) -> PriceFile:
    """Codes: not_json, no_tariffs."""
    document = load_document(text)
    rules: Any = []
    if isinstance(document, dict) and SECTION in document:
        document = dict(document)
        rules = document.pop(SECTION)
    if not isinstance(rules, list):
        raise TariffFileRefused(_("%(where)s must be a list.") % {"where": SECTION}, code="no_tariffs")
    tariffs = entries_of(document) if document else []
    if not tariffs and not rules:
        raise TariffFileRefused(_("The file holds no tariff."), code="no_tariffs")
    return PriceFile(tariffs, [_entry(rule, place) for place, rule in enumerate(rules)])


def _entry(rule: Any, place: int) -> LateChargeEntry:
    said = dict(rule) if isinstance(rule, dict) else {}
    if isinstance(said.get("service"), str):
        said["service"] = service_named(said["service"])
    return LateChargeEntry(f"{SECTION}[{place}]", said)
