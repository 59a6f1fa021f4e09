"""Statements that migrations use to put the wall around rows that nobody may change.

The wall is privileges: the application signs in as a member of APP_ROLE, which may only SELECT and
INSERT on such a table. Triggers stand behind it and hold for the owner of the tables too.
"""

from collections.abc import Sequence

from django.db import migrations

APP_ROLE = "nuanchuang_app"


def append_only(table: str) -> migrations.RunSQL:
    """Rows of the table are written once: no UPDATE, no DELETE, no TRUNCATE, for anybody."""
    return migrations.RunSQL(
        f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE};
        CREATE TRIGGER {table}_rows_never_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
        CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
        """,
        f"""
        DROP TRIGGER {table}_rows_never_change ON {table};
        DROP TRIGGER {table}_is_never_emptied ON {table};
        GRANT UPDATE, DELETE ON {table} TO {APP_ROLE};
        """,
    )


def changes_only_in(table: str, changing: Sequence[str], fixed: Sequence[str]) -> migrations.RunSQL:
    """Only the columns in `changing` may change; rows stay, and `fixed` columns hold for the owner too."""
    return migrations.RunSQL(
        f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE};
        GRANT UPDATE ({", ".join(changing)}) ON {table} TO {APP_ROLE};
        CREATE TRIGGER {table}_keeps_what_was_written BEFORE UPDATE OF {", ".join(fixed)} ON {table}
            FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
        CREATE TRIGGER {table}_rows_stay BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
        CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
        """,
        f"""
        DROP TRIGGER {table}_keeps_what_was_written ON {table};
        DROP TRIGGER {table}_rows_stay ON {table};
        DROP TRIGGER {table}_is_never_emptied ON {table};
        GRANT UPDATE, DELETE ON {table} TO {APP_ROLE};
        """,
    )


def rows_stay(*tables: str) -> migrations.RunSQL:
    """Rows may be corrected but the application never deletes them."""
    names = ", ".join(tables)
    return migrations.RunSQL(
        f"REVOKE DELETE, TRUNCATE ON {names} FROM {APP_ROLE};",
        f"GRANT DELETE ON {names} TO {APP_ROLE};",
    )
