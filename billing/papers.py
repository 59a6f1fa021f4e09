"""Letters as PDF, set with typst in an embedded type: no font of the machine is needed, no rare character is lost."""

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst
from django.conf import settings
from pypdf import PdfReader, PdfWriter

PAPER = settings.BASE_DIR / "templates" / "notices" / "letter.typ"
FONTS = Path(noto_cjk_sans_otc.__file__).parent


def letters_as_pdf(letters: Sequence[dict[str, Any]]) -> bytes:
    """Set the letters one after the other. What they say is data to the typesetter, never its language."""
    pdf: bytes = typst.compile(
        str(PAPER),
        root=str(PAPER.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"letters": json.dumps(letters, ensure_ascii=False)},
    )
    return pdf


def merged(parts: Iterable[bytes]) -> bytes:
    """One file for the printer, in the order of the parts."""
    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(io.BytesIO(part)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
