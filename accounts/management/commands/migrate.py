from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DatabaseError, connections
from psycopg2.sql import SQL, Identifier

from accounts.database import APP_ROLE

OWNER = "owner"


class Command(migrate.Command):
    """Django's migrate, signed in as the owner of the tables, with the application's role made first."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError("Set DATABASE_OWNER_URL: only the owner of the tables may migrate them.")
        if options["database"] != OWNER:
            raise CommandError(
                "Migrate with --database owner: the application's own sign-in may not change tables."
            )
        try:
            _make_role()
        except DatabaseError as refusal:
            raise CommandError(
                f"The role {APP_ROLE} is missing and could not be made: {refusal}"
            ) from refusal
        super().handle(*args, **options)


def _make_role() -> None:
    """Make the group role that the migrations grant to, and the application's sign-in a member of it."""
    member = settings.DATABASES["default"].get("USER")
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if not cursor.fetchone():
            cursor.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(APP_ROLE)))
        cursor.execute("SELECT current_user")
        member = member or cursor.fetchone()[0]
        cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [member, APP_ROLE])
        if not cursor.fetchone()[0]:
            cursor.execute(SQL("GRANT {} TO {}").format(Identifier(APP_ROLE), Identifier(member)))
