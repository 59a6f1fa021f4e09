"""The Chinese of the interface: complete, current, and set as Chinese is set."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.utils.translation import override

from accounts.action_words import action_in_words
from billing.ledger_names import ledger_name

CHECKOUT = Path(__file__).resolve().parent.parent
CATALOGUE = CHECKOUT / "locale/zh_Hans/LC_MESSAGES/django.po"

# Names that stand in a Chinese sentence as they are.
LATIN_WORDS = {"Enter", "Excel", "JPEG", "JSON", "PNG", "WebP", "report", "xlsx"}
# domain.md section 7 gives the word that stands for each of these.
WORDS_OF_OTHER_TRADES = ["滞纳金", "客户", "交费", "帐"]

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[.\d]*[a-z]|{\w+}")
LATIN_WORD = re.compile(r"[A-Za-z]{4,}")
AUDIT_CALL = re.compile(r"^ +record_audit\(", re.MULTILINE)
ACTION = re.compile(r"\baction=([^,\n]+)")
QUOTED = re.compile(r"(?<!f)\"([a-z_.]+)\"")
CHINESE = r"[\u3400-\u4dbf\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE}(?:[,:;?!()]|\.(?!\w))|[,:;?!()]{CHINESE}")

# What a sentence to translate is identified by: its context, its singular and its plural.
Key = tuple[str | None, tuple[str, ...]]


def messages_of(catalogue: Path) -> list[Message]:
    with catalogue.open("rb") as file:
        return [message for message in read_po(file, ignore_obsolete=True) if message.id]


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def keys_of(catalogue: Path) -> set[Key]:
    return {(message.context, forms(message.id)) for message in messages_of(catalogue)}


def placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


MESSAGES = messages_of(CATALOGUE)
TRANSLATIONS = [text for message in MESSAGES for text in forms(message.string)]


class TestCatalogue:
    def test_translates_every_sentence(self) -> None:
        untranslated = [message.id for message in MESSAGES if not all(forms(message.string))]

        assert untranslated == []

    def test_leaves_no_guess_of_the_collector(self) -> None:
        fuzzy = [message.id for message in MESSAGES if message.fuzzy]

        assert fuzzy == []

    def test_keeps_the_placeholders(self) -> None:
        different = [
            message.id
            for message in MESSAGES
            if placeholders(forms(message.string)[0]) != placeholders(forms(message.id)[-1])
        ]

        assert different == []

    def test_leaves_no_english_word_over(self) -> None:
        left_over = [
            text for text in TRANSLATIONS if set(LATIN_WORD.findall(PLACEHOLDER.sub("", text))) - LATIN_WORDS
        ]

        assert left_over == []

    @pytest.mark.parametrize("word", WORDS_OF_OTHER_TRADES)
    def test_uses_the_words_of_the_trade(self, word: str) -> None:
        assert [text for text in TRANSLATIONS if word in text] == []

    def test_has_full_width_punctuation(self) -> None:
        assert [text for text in TRANSLATIONS if HALF_WIDTH.search(text)] == []


class TestActionsOfTheAuditTrail:
    def test_have_words(self) -> None:
        written = [action for source in sources() for action in actions_in(source)]

        assert "take_payment" in written
        assert [action for action in written if action_in_words(action) == action] == []


class TestLedgers:
    @pytest.mark.parametrize(
        ("ledger", "name"),
        [
            ("receivable", "receivable"),
            ("clearing:pos", "to be cleared · POS card"),
            ("revenue:sewage", "revenue · sewage treatment fee"),
            ("revenue:tier_surcharge", "revenue · tier surcharge"),
        ],
    )
    def test_have_words(self, ledger: str, name: str) -> None:
        with override("en"):
            assert ledger_name(ledger) == name


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
class TestCollection:
    def test_finds_what_the_catalogue_has(self, tmp_path: Path) -> None:
        collected = keys_of(collect_into(tmp_path))

        # `make messages` collects; what it could not translate is empty or marked fuzzy.
        assert keys_of(CATALOGUE) == collected


def actions_in(source: Path) -> list[str]:
    """The literal actions that a verb hands to record_audit()."""
    if "tests" in source.relative_to(CHECKOUT).parts or source.suffix != ".py":
        return []
    text = source.read_text("utf-8")
    calls = [text[match.end() :][:400].split("\n    )")[0] for match in AUDIT_CALL.finditer(text)]
    return [action for call in calls for line in ACTION.findall(call) for action in QUOTED.findall(line)]


def collect_into(place: Path) -> Path:
    """Collect from a copy of the sources: makemessages writes beside what it reads."""
    for source in sources():
        copy = place / source.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    (place / "locale").mkdir()
    # Without settings, or it would write into the LOCALE_PATHS of the project.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans"],
        cwd=place,
        env=environment,
        check=True,
        capture_output=True,
    )
    return place / "locale/zh_Hans/LC_MESSAGES/django.po"


def sources() -> Iterable[Path]:
    """What makemessages reads by default, without hidden folders and what was built."""
    for folder, folders, names in os.walk(CHECKOUT):
        folders[:] = [
            name for name in folders if not name.startswith(".") and name not in ("staticfiles", "locale")
        ]
        yield from (Path(folder, name) for name in names if Path(name).suffix in (".html", ".txt", ".py"))
