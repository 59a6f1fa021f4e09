"""The documents name what exists: files, pictures, addresses, keys, commands, variables."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, URLResolver, get_resolver, resolve

from tests.screenshots.pictures import PICTURES

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = ROOT / "docs" / "people"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PERSONS = [
    "administrator", "adviser", "cashier", "collector", "complaints", "customer", "field", "finance", "manager",
    "supervisor",
]  # fmt: skip
LANGUAGES = ["zh", "en"]
OURS = {"accounts", "billing", "counters", "service_quality", "config"}
PAGES = [PEOPLE / f"{person}.{language}.md" for person in PERSONS for language in LANGUAGES]

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
IN_TICKS = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ ", re.MULTILINE)
KBD = re.compile(r'<kbd[^>]*>([^<{]+)</kbd>|\bkey="(\w[^"{]*)"')
PRESSED = re.compile(r'=== "((?:Shift\+)?F\d+)"')
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
VARIABLE = re.compile(r"^(?:# )?([A-Z_]+)=", re.MULTILINE)
READ_BY_SETTINGS = re.compile(r"""_(?:text|optional|list|flag|bytes|number|pairs)\(["']([A-Z_]+)["']""")
IN_SHOUTS = re.compile(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`")
MAKE = re.compile(r"`make ([a-z]+)`")
# Of development, of the computer at a window, what the compose file's own database does not need, and what the
# web server sets for itself: empty, it would wait for ever.
NOT_FOR_CONTAINERS = {
    "DEBUG", "STACK", "CARD_FOLDER", "GAS_CARD_KEY", "SMS_FILE", "PGBOUNCER", "DATABASE_OWNER_URL", "STATEMENT_TIMEOUT",
}  # fmt: skip
DIGITS = set("1234567890")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def pictures_of(path: Path) -> list[str]:
    return [address for _words, address in PICTURE.findall(path.read_text())]


def addresses_in(path: Path) -> list[str]:
    """What stands between ticks and begins like a page of ours; `<…>` stands for any object."""
    words = [word for found in IN_TICKS.findall(path.read_text()) for word in [found.partition("?")[0]]]
    return [word for word in words if re.fullmatch(r"/(?!var/)[a-z][a-z0-9_/-]*/", word)]


def keys_on_pages() -> set[str]:
    """The keys that our pages print beside their words, and the function keys that our scripts know."""
    texts = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    scripts = [path.read_text() for path in (ROOT / "static" / "nuanchuang").glob("*.js")]
    printed = {key.strip() for text in texts for keys in KBD.findall(text) for key in keys if key}
    return printed | {key for script in scripts for key in PRESSED.findall(script)}


class TestEveryDocument:
    @pytest.mark.parametrize("path", DOCUMENTS, ids=named)
    def test_links_to_files_that_exist(self, path: Path) -> None:
        links = [link for link in LINK.findall(path.read_text()) if "://" not in link]

        assert [link for link in links if not (path.parent / link).exists()] == []

    @pytest.mark.parametrize("path", DOCUMENTS, ids=named)
    def test_shows_pictures_that_exist(self, path: Path) -> None:
        assert [one for one in pictures_of(path) if not (path.parent / one).exists()] == []

    @pytest.mark.parametrize("path", DOCUMENTS, ids=named)
    def test_names_addresses_that_the_site_has(self, path: Path) -> None:
        unknown = [address for address in addresses_in(path) if not is_an_address(address)]

        assert unknown == []

    @pytest.mark.parametrize("path", DOCUMENTS, ids=named)
    def test_names_commands_that_exist(self, path: Path) -> None:
        assert set(COMMAND.findall(path.read_text())) <= set(get_commands())

    @pytest.mark.parametrize("path", DOCUMENTS, ids=named)
    def test_names_words_of_make_that_exist(self, path: Path) -> None:
        words = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

        assert set(MAKE.findall(path.read_text())) <= words


class TestReadme:
    def test_leads_to_every_document(self) -> None:
        linked = {ROOT / link for link in LINK.findall((ROOT / "README.md").read_text())}

        assert set((ROOT / "docs").glob("*.md")) - linked == set()

    def test_names_every_command_of_ours(self) -> None:
        text = (ROOT / "README.md").read_text()
        ours = [name for name, app in get_commands().items() if app in OURS and name != "migrate"]

        assert [name for name in ours if f"`{name}`" not in text] == []

    def test_shows_one_picture(self) -> None:
        assert pictures_of(ROOT / "README.md") == ["docs/people/images/cashier-counter.png"]


class TestVariables:
    def test_of_the_settings_are_all_in_the_example(self) -> None:
        read = set(READ_BY_SETTINGS.findall((ROOT / "config" / "settings.py").read_text()))

        assert read - set(VARIABLE.findall((ROOT / ".env.example").read_text())) == set()

    @pytest.mark.parametrize("name", ["operations.md", "reaching-people.md", "gas_cards.md"])
    def test_of_the_documents_are_read_somewhere(self, name: str) -> None:
        known = set(VARIABLE.findall((ROOT / ".env.example").read_text())) | set(dir(settings))

        assert set(IN_SHOUTS.findall((ROOT / "docs" / name).read_text())) - known == set()

    def test_of_production_reach_the_containers(self) -> None:
        read = set(READ_BY_SETTINGS.findall((ROOT / "config" / "settings.py").read_text()))
        passed_on = set(re.findall(r"^    ([A-Z_]+): ", (ROOT / "compose.yaml").read_text(), re.MULTILINE))

        assert read - passed_on - NOT_FOR_CONTAINERS == set()


class TestPagesOfPeople:
    def test_are_there_for_everybody_in_both_languages(self) -> None:
        assert sorted(PEOPLE.glob("*.*.md")) == sorted(PAGES)

    def test_are_all_listed(self) -> None:
        assert sorted(PEOPLE / link for link in LINK.findall((PEOPLE / "README.md").read_text())) == sorted(
            PAGES
        )

    @pytest.mark.parametrize("person", PERSONS)
    def test_say_the_same_in_both_languages(self, person: str) -> None:
        chinese, english = (PEOPLE / f"{person}.{language}.md" for language in LANGUAGES)

        assert HEADING.findall(chinese.read_text()) == HEADING.findall(english.read_text())
        assert pictures_of(chinese) == pictures_of(english)
        assert addresses_in(chinese) == addresses_in(english)

    @pytest.mark.parametrize("path", PAGES, ids=named)
    def test_describe_each_picture_in_words(self, path: Path) -> None:
        assert all(words for words, _address in PICTURE.findall(path.read_text()))

    @pytest.mark.parametrize("path", PAGES, ids=named)
    def test_name_keys_that_the_pages_show(self, path: Path) -> None:
        in_ticks = {word for word in IN_TICKS.findall(path.read_text()) if not word.startswith("/")}

        assert in_ticks - keys_on_pages() - DIGITS == set()

    def test_show_every_picture_that_is_taken_and_no_other(self) -> None:
        shown = {Path(one).stem for page in PAGES for one in pictures_of(page)}

        assert shown == {picture.name for picture in PICTURES}
        assert shown == {path.stem for path in (PEOPLE / "images").iterdir()}

    def test_have_small_pictures(self) -> None:
        assert sum(path.stat().st_size for path in (PEOPLE / "images").iterdir()) < 3_000_000


class TestChinesePages:
    @pytest.mark.parametrize("person", PERSONS)
    def test_use_the_words_and_signs_of_a_hall(self, person: str) -> None:
        text = re.sub(r"`[^`\n]+`|\([^)]*\)", "", (PEOPLE / f"{person}.zh.md").read_text())

        assert [word for word in ("客户", "滞纳金", "交费", "帐") if word in text] == []
        assert re.findall(r"[一-鿿][,;:?!.]|[A-Za-z]{4,}", text) == []


def is_an_address(address: str) -> bool:
    """Whether a page answers there, or a part of the site has its pages below it."""
    parts = [part for part in get_resolver().url_patterns if isinstance(part, URLResolver)]
    if address in {f"/{part.pattern}" for part in parts}:
        return True
    try:
        # The administration answers every address below its own; what it knows has a name.
        return resolve(address).url_name is not None
    except Resolver404:
        return False
