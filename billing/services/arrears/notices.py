"""The sentences and papers of templates/notices/: data with named fields, checked before anything goes out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from billing.queries.arrears.reminders import FIELDS
from billing.services.refusals import ArrearsRefused

FOLDER = settings.BASE_DIR / "templates" / "notices"
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Notice:
    """One text of the folder. An SMS and a call have `text`, a letter has `paragraphs`."""

    code: str
    kind: str
    title: str
    text: str = ""
    paragraphs: tuple[str, ...] = ()
    closing: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)

    def title_for(self, service: str) -> str:
        return self.titles.get(service, self.title)

    def named_fields(self) -> set[str]:
        return {
            name
            for text in (self.text, self.closing, *self.paragraphs)
            for _literal, name, _format, _conversion in Formatter().parse(text)
            if name is not None
        }


@cache
def notice_called(code: str) -> Notice:
    """Read a text. Codes: unknown_template, unknown_field."""
    path = FOLDER / f"{code}.json"
    if not code.replace("_", "").replace("-", "").isalnum() or not path.is_file():
        raise ArrearsRefused(
            _("There is no text called “%(code)s” in templates/notices/."),
            code="unknown_template",
            params={"code": code},
        )
    notice = _notice(code, json.loads(path.read_text(encoding="utf-8")))
    if unknown := notice.named_fields() - FIELDS:
        raise ArrearsRefused(
            _("The text “%(code)s” names what nobody can fill in: %(fields)s."),
            code="unknown_field",
            params={"code": code, "fields": ", ".join(sorted(unknown))},
        )
    return notice


def written(text: str, fields: Mapping[str, str]) -> str:
    """Fill in the named fields; a text with a gap never leaves. Code: missing_field."""
    for _literal, name, _format, _conversion in Formatter().parse(text):
        if name is not None and not fields.get(name):
            raise ArrearsRefused(
                _("The text needs “%(field)s”, and it is not known for this account."),
                code="missing_field",
                params={"field": name},
            )
    return text.format(**fields)


def notices_of_kind(kind: str) -> list[Notice]:
    """The texts that somebody may choose from."""
    notices = (notice_called(path.stem) for path in sorted(FOLDER.glob("*.json")))
    return [notice for notice in notices if notice.kind == kind]


def _notice(code: str, data: dict[str, Any]) -> Notice:
    return Notice(
        code,
        data["kind"],
        data["title"],
        data.get("text", ""),
        tuple(data.get("paragraphs", ())),
        data.get("closing", ""),
        data.get("titles", {}),
    )
