"""Letters as PDF, set with typst in an embedded type: no font of the machine is needed, no rare character is lost."""

import io
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from pypdf import PdfReader, PdfWriter


class NotSet(Exception):
    """The typesetter gave no file back; the message says what it said last."""


def letters_as_pdf(letters: Sequence[dict[str, Any]]) -> bytes:
    """Set the letters one after the other, in a process that gives back the memory it took."""
    setter = subprocess.run(
        [sys.executable, "-m", "billing.typesetter"],
        cwd=settings.BASE_DIR,
        input=json.dumps(letters, ensure_ascii=False).encode(),
        capture_output=True,
        check=False,
    )
    if setter.returncode:
        said = setter.stderr.decode(errors="replace").strip().splitlines()
        raise NotSet(said[-1] if said else f"ended with {setter.returncode}")
    return setter.stdout


def merged(parts: Iterable[bytes]) -> bytes:
    """One file for the printer, in the order of the parts."""
    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(io.BytesIO(part)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
