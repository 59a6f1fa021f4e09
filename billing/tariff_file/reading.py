"""A file of tariffs: JSON into entries, without asking whether their prices make sense."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from billing.tariff_file.kinds import KINDS_OF_FILES, Json, split_document

# What says which tariff it is; everything else in an entry is the price decision.
IDENTITY = ("code", "name", "name_en", "service", "branch", "kind", "source", "due_days")
LONGEST_NAME = 120
_SERVICES = {"heating": "HEAT", "steam": "HEAT", "connection": "HEAT", "power": "ELECTRICITY"}


class TariffFileRefused(ValidationError):
    """The file cannot be read at all; nothing of it was looked at."""


@dataclass(frozen=True, slots=True)
class TariffEntry:
    """One tariff of a file: its identity as written, its rules, its versions as written."""

    code: str
    identity: Json
    kind: str
    rules: Json = field(default_factory=dict)
    versions: list[Any] = field(default_factory=list)


def read_tariff_file(path: Path) -> list[TariffEntry]:
    """Read `tariffs`, a list, one tariff, or the tariffs of a case file (docs/formats.md).

    Codes: not_readable, not_json, no_tariffs.
    """
    return read_tariffs(read_text(path))


def read_text(path: Path) -> str:
    """Code: not_readable."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise TariffFileRefused(
            _("%(file)s cannot be read as UTF-8 text."), code="not_readable", params={"file": path.name}
        ) from fault


def read_tariffs(text: str) -> list[TariffEntry]:
    """The tariffs of a text in JSON. Codes: not_json, no_tariffs."""
    return entries_of(load_document(text))


def entries_of(document: Any) -> list[TariffEntry]:
    """The tariffs of a document. Code: no_tariffs."""
    entries = [_entry(one, place) for place, one in enumerate(_listed(document), 1)]
    if not entries:
        raise TariffFileRefused(_("The file holds no tariff."), code="no_tariffs")
    return entries


def _listed(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise TariffFileRefused(_("The file holds no tariff."), code="no_tariffs")
    if "cases" in document:
        return [_of_case(case) for case in document["cases"]] if isinstance(document["cases"], list) else []
    tariffs = document.get("tariffs", [document])
    if isinstance(tariffs, dict):
        return [
            {"code": code, **tariff} if isinstance(tariff, dict) else tariff
            for code, tariff in tariffs.items()
        ]
    return tariffs if isinstance(tariffs, list) else []


def _of_case(case: Any) -> Any:
    """A worked case: its id names the tariff, its utility the service."""
    if not isinstance(case, dict) or not isinstance(case.get("tariff"), dict):
        return case
    tariff = case["tariff"]
    return {
        "code": case.get("id"),
        "name": str(case.get("title_zh") or case.get("title_en") or case.get("id"))[:LONGEST_NAME],
        "service": case.get("utility") or tariff.get("utility"),
        "kind": case.get("kind"),
        "source": case.get("city") or "",
        "tariff": tariff,
    }


def _entry(one: Any, place: int) -> TariffEntry:
    if not isinstance(one, dict):
        return TariffEntry(f"#{place}", {}, "")
    code = one.get("code") if isinstance(one.get("code"), str) else ""
    kind = KINDS_OF_FILES.get(str(one.get("kind")), "")
    identity = {key: one[key] for key in IDENTITY if one.get(key) is not None}
    if isinstance(service := identity.get("service", one.get("utility")), str):
        identity["service"] = service_named(service)
    rules, versions = split_document(kind, _decision(one)) if kind else ({}, [])
    return TariffEntry(str(code or f"#{place}"), identity, kind, rules, versions)


def _decision(one: Json) -> Json:
    """The price decision of an entry: under `tariff`, under `rules` as the database keeps it, or beside the name."""
    if isinstance(one.get("tariff"), dict):
        return dict(one["tariff"])
    beside = {key: value for key, value in one.items() if key not in IDENTITY and key != "utility"}
    rules = beside.get("rules")
    if isinstance(rules, dict) and rules.keys() & {"unit", "rounding", "rules", "season"}:
        return {**{key: value for key, value in beside.items() if key != "rules"}, **rules}
    return beside


def service_named(word: str) -> str:
    """The service that a word of a file means: its own code, or what a case file calls it."""
    return _SERVICES.get(word.lower(), word.upper())


def load_document(text: str) -> Any:
    try:
        # NaN and Infinity are kept as words: the price they stand for is then named by its place.
        document = json.loads(text, parse_constant=str, object_pairs_hook=_unique_keys)
    except TariffFileRefused:
        raise
    except (ValueError, RecursionError) as fault:
        raise TariffFileRefused(
            _("The file is not JSON: %(fault)s."), code="not_json", params={"fault": fault}
        ) from fault
    if not can_be_kept(document):
        raise TariffFileRefused(_("The file holds characters that cannot be stored."), code="not_json")
    return document


def can_be_kept(document: Any) -> bool:
    """PostgreSQL stores neither a NUL nor half of a surrogate pair, though JSON may name both."""
    try:
        text = json.dumps(document, ensure_ascii=False)
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text


def _unique_keys(pairs: list[tuple[str, Any]]) -> Json:
    """JSON keeps the last of two equal keys in silence; a price must not be lost that way."""
    found: Json = {}
    for key, value in pairs:
        if key in found:
            raise TariffFileRefused(
                _("The key “%(key)s” stands twice in one object."), code="not_json", params={"key": key}
            )
        found[key] = value
    return found
