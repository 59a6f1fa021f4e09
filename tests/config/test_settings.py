import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "config" / "settings.py"

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "a-key-that-is-long-enough-and-used-nowhere-else-0123456789",
    "ALLOWED_HOSTS": "hall.example.com,localhost",
    "DATABASE_URL": "postgres://web:in-confidence@db:5432/nuanchuang",
    "DATABASE_OWNER_URL": "postgres://owner:in-confidence@db:5432/nuanchuang",
    "REDIS_URL": "redis://cache:6379/0",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PRODUCTION, "STACK", "DATA_DIR", "DEBUG", "PGBOUNCER", "TRUSTED_PROXIES", "HTTPS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read_with(**environ: str) -> dict[str, Any]:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read_with


class TestDevelopment:
    def test_points_to_the_embedded_servers_and_starts_nothing(self, read: Any, tmp_path: Path) -> None:
        data = tmp_path / "nothing here yet"

        settings = read(DATA_DIR=str(data))

        assert settings["DATABASES"]["default"]["USER"] == "nuanchuang_web"
        assert settings["DATABASES"]["owner"]["USER"] == "nuanchuang_owner"
        assert settings["DATABASES"]["default"]["HOST"] == settings["DATABASES"]["owner"]["HOST"]
        assert settings["REDIS_URL"].startswith("unix://")
        assert not data.exists()

    def test_spells_the_socket_in_celerys_way(self, read: Any) -> None:
        settings = read(REDIS_URL="unix:///run/valkey.sock?db=3")

        assert settings["CELERY_BROKER_URL"] == "redis+socket:///run/valkey.sock?virtual_host=3"

    def test_steps_down_by_itself_when_there_is_only_one_sign_in(self, read: Any) -> None:
        databases = read(DATABASE_URL="postgres://me@db/nuanchuang")["DATABASES"]

        assert databases["default"]["OPTIONS"]["assume_role"] == "nuanchuang_app"
        assert databases["owner"]["USER"] == "me"
        assert "assume_role" not in databases["owner"].get("OPTIONS", {})

    def test_mixes_a_given_database_with_the_embedded_valkey(self, read: Any) -> None:
        settings = read(DATABASE_URL="postgres://web@db/x", DATABASE_OWNER_URL="postgres://owner@db/x")

        assert settings["DATABASES"]["owner"]["USER"] == "owner"
        assert settings["REDIS_URL"].startswith("unix://")


class TestProduction:
    def test_is_strict_with_browsers(self, read: Any) -> None:
        settings = read(**PRODUCTION)

        assert settings["SESSION_COOKIE_SECURE"]
        assert settings["CSRF_COOKIE_SECURE"]
        assert settings["SECURE_SSL_REDIRECT"]
        assert settings["SECURE_HSTS_SECONDS"] > 0
        assert settings["ALLOWED_HOSTS"] == ["hall.example.com", "localhost"]

    @pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
    @pytest.mark.parametrize("value", [None, "", "  "])
    def test_names_what_is_missing(self, read: Any, name: str, value: str | None) -> None:
        environ = {**PRODUCTION, name: value}

        with pytest.raises(ImproperlyConfigured, match=f"^{name} "):
            read(**{key: text for key, text in environ.items() if text is not None})

    def test_keeps_the_owners_password_away_from_the_web(self, read: Any) -> None:
        web = {name: value for name, value in PRODUCTION.items() if name != "DATABASE_OWNER_URL"}

        databases = read(**web)["DATABASES"]

        assert set(databases) == {"default"}
        assert "assume_role" not in databases["default"].get("OPTIONS", {})


class TestBadValues:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("APP_ENV", "prod"),
            ("DEBUG", "yes please"),
            ("TRUSTED_PROXIES", "-1"),
            ("TRUSTED_PROXIES", "１"),
            ("DATABASE_URL", "mysql://root@db/x"),
            ("DATABASE_URL", "sqlite:///x.db"),
            ("DATABASE_URL", "postgres://db"),
            ("DATABASE_URL", "nonsense"),
        ],
    )
    def test_are_refused_by_name(self, read: Any, name: str, value: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=f"^{name} "):
            read(**{name: value})

    def test_do_not_show_the_password(self, read: Any) -> None:
        with pytest.raises(ImproperlyConfigured) as refusal:
            read(DATABASE_URL="postgresx://me:in-confidence@db/x")

        assert "in-confidence" not in str(refusal.value)

    def test_debug_is_refused_in_production(self, read: Any) -> None:
        with pytest.raises(ImproperlyConfigured, match="DEBUG"):
            read(**PRODUCTION, DEBUG="1")


class TestExample:
    def test_lists_every_variable_that_the_settings_read(self) -> None:
        listed = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
        read = set(re.findall(r'_(?:text|optional|list|flag|number)\("([A-Z_]+)"', SETTINGS.read_text()))

        assert read
        assert read <= listed
