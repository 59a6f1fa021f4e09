"""A JSON file that somebody hands in: unreadable, or of another form, is refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Content = TypeVar("Content")


def read_json_file(
    path: Path, read: Callable[[Any], Content], refused: Callable[..., ValidationError]
) -> Content:
    """What `read` makes of the file. Codes of the refusal: unreadable, bad_form."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise refused(
            _("%(file)s cannot be read as JSON: %(problem)s"),
            code="unreadable",
            params={"file": path.name, "problem": problem},
        ) from problem
    try:
        return read(content)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as problem:
        raise refused(
            _("%(file)s does not have the form of docs/calendar-and-policies.md: %(problem)s"),
            code="bad_form",
            params={"file": path.name, "problem": repr(problem)},
        ) from problem
