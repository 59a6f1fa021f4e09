from django.db import migrations

from accounts.database import APP_ROLE, append_only, rows_stay

TRANSITIONS = """
    ('PENDING', 'ACTIVE'), ('PENDING', 'CLOSED'),
    ('ACTIVE', 'SUSPENDED'), ('ACTIVE', 'RESTRICTED'), ('ACTIVE', 'STOPPED'), ('ACTIVE', 'CLOSED'),
    ('SUSPENDED', 'ACTIVE'), ('SUSPENDED', 'CLOSED'),
    ('RESTRICTED', 'ACTIVE'), ('RESTRICTED', 'STOPPED'),
    ('STOPPED', 'ACTIVE'), ('STOPPED', 'CLOSED')
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"""
            GRANT USAGE ON SCHEMA public TO {APP_ROLE};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};
            GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
            ALTER DEFAULT PRIVILEGES IN SCHEMA public
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE};
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP_ROLE};
            REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP_ROLE};
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% on % is refused: what was written there stays as it is',
                    TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$;
            """,
            "DROP FUNCTION accounts_refuse_change();",
        ),
        migrations.RunSQL(
            f"""
            CREATE FUNCTION accounts_check_transition() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (VALUES {TRANSITIONS}) THEN
                    RAISE EXCEPTION 'account % cannot go from % to %', OLD.account_no, OLD.state, NEW.state
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER account_follows_the_transition_table BEFORE UPDATE OF state ON accounts_account
                FOR EACH ROW EXECUTE FUNCTION accounts_check_transition();
            """,
            """
            DROP TRIGGER account_follows_the_transition_table ON accounts_account;
            DROP FUNCTION accounts_check_transition();
            """,
        ),
        append_only("accounts_auditentry"),
        append_only("accounts_accountstatechange"),
        rows_stay("accounts_account", "accounts_customer", "accounts_premises", "accounts_staff"),
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON accounts_searchentry FROM {APP_ROLE};",
            f"GRANT INSERT, UPDATE, DELETE ON accounts_searchentry TO {APP_ROLE};",
        ),
    ]
