import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.database import APP_ROLE


@pytest.mark.django_db(databases=["default", "owner"])
class TestMigrate:
    def test_finds_nothing_left_to_do_when_called_again(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("migrate", verbosity=1)

        assert "No migrations to apply" in capsys.readouterr().out

    def test_makes_the_applications_sign_in_a_member_of_its_role(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [APP_ROLE])

            assert cursor.fetchone() == (True,)

    def test_refuses_to_migrate_as_the_application(self) -> None:
        with pytest.raises(CommandError, match="--database owner"):
            call_command("migrate", database="default")

    def test_asks_for_the_owner_where_only_the_application_is_known(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(settings.DATABASES, "owner")

        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            call_command("migrate")
