import os
from pathlib import Path

import pytest

from config import installation

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "bill"
msgstr "账单"
"""


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(installation, "CHECKOUT", tmp_path)
    path = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE)
    return path


class TestCompileCatalogues:
    def test_writes_what_gettext_reads(self, catalogue: Path) -> None:
        installation.compile_catalogues()

        assert "账单".encode() in catalogue.with_suffix(".mo").read_bytes()

    def test_leaves_a_catalogue_alone_that_did_not_change(self, catalogue: Path) -> None:
        compiled = catalogue.with_suffix(".mo")
        compiled.write_bytes(b"newer")

        installation.compile_catalogues()

        assert compiled.read_bytes() == b"newer"

    def test_compiles_again_after_a_change(self, catalogue: Path) -> None:
        compiled = catalogue.with_suffix(".mo")
        compiled.write_bytes(b"older")
        os.utime(compiled, (0, 0))

        installation.compile_catalogues()

        assert compiled.read_bytes() != b"older"
