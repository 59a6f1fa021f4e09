"""Sets letters as PDF: reads what they say as JSON from its input and writes the file to its output.

A process of its own (`python -m billing.typesetter`): typst keeps what it has worked out for as long as its process
lives, a hundred megabytes for a part of a print. What this process held is given back when it ends.
"""

import sys
from pathlib import Path

import noto_cjk_sans_otc
import typst

PAPER = Path(__file__).resolve().parent.parent / "templates" / "notices" / "letter.typ"
FONTS = Path(noto_cjk_sans_otc.__file__).parent


def main() -> None:
    # What the letters say is data to the typesetter, never its language.
    pdf: bytes = typst.compile(
        str(PAPER),
        root=str(PAPER.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"letters": sys.stdin.buffer.read().decode()},
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
