"""What the database refuses by itself, whoever asks: privileges first, triggers and constraints behind them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg2
import pytest
from django.apps import apps
from django.db import Error, IntegrityError, ProgrammingError, connection, transaction

from accounts.database import APP_ROLE
from accounts.models import Account
from billing.queries.books.ledger import MONEY
from tests.counters.days import Days
from tests.counters.rows import all_rows
from tests.database import as_owner
from tests.factories.accounts import make_account

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Statements  # noqa: N812 - a class, whatever its name

# Everything the application may do to a table beside reading it. Whoever adds a table says here what holds for it.
ADD = {"INSERT"}
CORRECT = {"INSERT", "UPDATE"}
EVERYTHING = {"INSERT", "UPDATE", "DELETE"}
APPEND_ONLY = [
    "accounts_accountstatechange",
    "accounts_auditentry",
    "accounts_calendarday",
    "accounts_districtowner",
    "accounts_workingcalendar",
    "billing_allocation",
    "billing_billcancellation",
    "billing_billline",
    "billing_businessday",
    "billing_cardwriteattempt",
    "billing_contactattempt",
    "billing_deliveryproof",
    "billing_deposit",
    "billing_donation",
    "billing_donationreversal",
    "billing_letter",
    "billing_metertest",
    "billing_heatcredit",
    "billing_householdconversion",
    "billing_oneofffee",
    "billing_payment",
    "billing_periodclose",
    "billing_posting",
    "billing_receipt",
    "billing_receiptprint",
    "billing_reversal",
    "billing_roomtemperature",
    "billing_seasonsettlement",
    "billing_temperaturetest",
    "billing_tender",
    "billing_thirdpartypayer",
    "billing_thirdpartypayment",
    "billing_writeoffrecovery",
    "counters_cardhandover",
    "counters_cashcount",
    "counters_diaryentry",
    "counters_ticketpayment",
    "counters_tillentry",
    "service_quality_assessmentmatter",
    "service_quality_attachment",
    "service_quality_matterevent",
    "service_quality_matterpolicy",
    "service_quality_officesession",
    "service_quality_cardbook",
    "service_quality_rating",
]
CHANGING_COLUMNS = {
    "accounts_householdevidence": {"withdrawn_from", "withdrawn_at", "withdrawn_by_id", "withdrawn_reason"},
    "billing_balance": {"receivable", "prepaid"},
    "billing_adjustment": {
        "state",
        "decided_at",
        "decided_by_id",
        "business_date",
        "to_bill",
        "to_credit",
        "charge_id",
    },
    "billing_donationgrant": {"state", "decided_at", "decided_by_id", "payment_id"},
    "billing_recoverytarget": {"state", "decided_on", "decided_by_id", "replaced_on"},
    "billing_batchedbill": {"state", "why_left"},
    "billing_bill": {"outstanding", "late_charge_left", "state", "adjusted", "written_off"},
    "billing_correctionbatch": {"state", "decided_at", "decided_by_id", "finished_at"},
    "billing_waiver": {"state", "decided_at", "decided_by_id", "business_date", "settled_by_id"},
    "billing_writeoff": {
        "state",
        "seconded_at",
        "seconded_by_id",
        "decided_at",
        "decided_by_id",
        "business_date",
    },
    "billing_unitcorrection": {"state", "settled_at", "settled_by_id", "note"},
    "billing_coldspell": {"counts"},
    "billing_heatsuspension": {
        "state",
        "decided_at",
        "decided_by_id",
        "reason",
        "fee_bill_id",
        "resumed_on",
        "resumed_at",
        "resumed_by_id",
        "resume_bill_id",
    },
    "billing_temperaturerefund": {"state", "decided_at", "decided_by_id", "note"},
    "billing_cardwrite": {"state", "may_be_on_card", "last_code", "claimed_at", "finished_at"},
    "billing_gascard": {
        "state",
        "purchase_count",
        "total_purchased",
        "meter_start",
        "used_before",
        "safe_until",
    },
    "billing_gaspurchase": {"state"},
    "service_quality_followup": {
        "due_on",
        "owner_id",
        "state",
        "finding",
        "measure",
        "done_at",
        "done_by_id",
    },
    "service_quality_praisecard": {"shown_at", "shown_by_id", "voided_at", "voided_by_id", "void_reason"},
    "service_quality_ratingrequest": {"outcome"},
    "counters_pause": {"ended_at", "ended_by_id", "overrun_at"},
    "counters_ticket": {
        "state",
        "waits_for_id",
        "for_window_id",
        "place_at",
        "window_id",
        "staff_id",
        "shift_id",
        "called_at",
        "announced_at",
        "calls",
        "ended_at",
    },
    "counters_ticketperiod": {"ended_at"},
    "counters_readerjob": {"state", "code", "content", "taken_at", "done_at"},
    "service_quality_assessmentcorrection": {"state", "decided_at", "decided_by_id"},
    "service_quality_assessmentline": {
        "pay_pool_id",
        "ratings",
        "measured_workload",
        "measured_satisfaction",
        "basis",
        "measured_complaints",
        "measured_missed",
        "workload",
        "satisfaction",
        "complaints",
        "missed",
        "quality",
        "points",
        "pay",
    },
    "service_quality_assessmentrun": {
        "state",
        "formula_version",
        "rule",
        "made_at",
        "made_by_id",
        "published_at",
        "published_by_id",
        "locked_at",
        "locked_by_id",
    },
    "service_quality_extension": {"state", "decided_at", "decided_by_id", "decision"},
    "service_quality_handover": {"state", "answered_at", "return_reason"},
    "service_quality_matter": {
        "topic",
        "severity",
        "is_special",
        "first_responder_id",
        "handler_id",
        "state",
        "clock_from",
        "warn_at",
        "due_at",
        "interim_due_at",
        "interim_told_at",
        "answered_at",
        "kept_promise",
        "closed_at",
        "upheld",
        "responsible_id",
        "duplicate_of_id",
        "reminders",
        "reopenings",
        "escalation",
        "written_reminder_at",
        "revisit_due_on",
        "satisfaction",
        "satisfaction_at",
    },
    "service_quality_staffleave": {"cancelled_at"},
    "counters_readertoken": {"revoked_at", "revoked_by_id"},
    "counters_shift": {
        "state",
        "receipts_issued",
        "closed_at",
        "counted",
        "expected",
        "difference_reason",
        "approved_by_id",
    },
}
GRANTS: dict[str, set[str]] = {
    **dict.fromkeys([*APPEND_ONLY, *CHANGING_COLUMNS], ADD),
    "accounts_account": CORRECT,
    "accounts_branch": EVERYTHING,
    "accounts_contact": EVERYTHING,
    "accounts_customer": CORRECT,
    "accounts_district": EVERYTHING,
    "accounts_jobrun": CORRECT,
    "accounts_premises": CORRECT,
    "accounts_searchentry": set(),
    "accounts_staff": CORRECT,
    "accounts_staff_groups": EVERYTHING,
    "accounts_staff_user_permissions": EVERYTHING,
    "billing_allocationpolicy": CORRECT,
    "billing_arrearscase": CORRECT,
    "billing_arrearshold": CORRECT,
    "billing_arrearspolicy": CORRECT,
    "billing_arrearspolicyversion": CORRECT,
    "billing_casestep": CORRECT,
    "billing_flaggedday": EVERYTHING,
    "billing_letterrun": CORRECT,
    "billing_mailing": CORRECT,
    "billing_message": CORRECT,
    "billing_optout": EVERYTHING,
    "billing_policystep": EVERYTHING,
    "billing_promise": CORRECT,
    "billing_supplyorder": CORRECT,
    "billing_approvallimit": CORRECT,
    "billing_billrun": CORRECT,
    "billing_billrunchunk": EVERYTHING,
    "billing_billrunfinding": EVERYTHING,
    "billing_billruntotal": EVERYTHING,
    "billing_buildinghandover": CORRECT,
    "billing_heatingseason": CORRECT,
    "billing_gassalerule": CORRECT,
    "billing_latechargerule": CORRECT,
    "billing_meter": CORRECT,
    "billing_meterinstallation": CORRECT,
    "billing_reading": CORRECT,
    "billing_readingpolicy": CORRECT,
    "billing_reconnectionterm": CORRECT,
    "billing_route": CORRECT,
    "billing_routestop": EVERYTHING,
    "billing_tariff": CORRECT,
    "billing_tariffversion": CORRECT,
    "counters_hall": CORRECT,
    "counters_hallposting": CORRECT,
    "counters_ticketcounter": CORRECT,
    "counters_ticketservice": CORRECT,
    "counters_window": CORRECT,
    # What a draft's re-run no longer finds goes.
    "service_quality_assessmentcount": {"INSERT", "DELETE"},
    "service_quality_assessmentline": {"INSERT", "DELETE"},
    "service_quality_assessmentrule": CORRECT,
    "service_quality_branchcompletion": CORRECT,
    "service_quality_paypool": CORRECT,
    "service_quality_teamscore": CORRECT,
    "service_quality_workloadweight": CORRECT,
    "service_quality_cardserial": CORRECT,
    "service_quality_promotionlevel": CORRECT,
    "service_quality_ratingtablet": CORRECT,
    "service_quality_supervision": CORRECT,
    "service_quality_matterday": CORRECT,
    "counters_windowservice": EVERYTHING,
}
PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
MONEY_OF_COUNTERS = [
    ("counters_tillentry", "cash_in"),
    ("counters_tillentry", "cash_out"),
    ("counters_shift", "opening_float"),
    ("counters_shift", "counted"),
    ("counters_shift", "expected"),
    ("counters_hall", "largest_float"),
    ("counters_hall", "difference_limit"),
]
MONEY_COLUMNS = [(table, column) for table, _, column, _ in MONEY] + MONEY_OF_COUNTERS


@pytest.fixture
def owner(days: Days) -> "Iterator[Statements]":
    with as_owner() as cursor:
        yield cursor


def refused_to_the_application(statement: str) -> bool:
    """Whether privileges, and not only a trigger, stand in the way."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except ProgrammingError as refusal:
        return isinstance(refusal.__cause__, psycopg2.errors.InsufficientPrivilege)
    return False


@pytest.mark.django_db
class TestGrants:
    def test_are_these_and_no_others(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT tablename, array_agg(privilege) FILTER (
                    WHERE has_table_privilege(current_user, tablename::regclass, privilege))
                FROM pg_tables, unnest(%s) AS privilege
                WHERE schemaname = 'public' AND tablename ~ '^(accounts|billing|counters|service_quality)_'
                GROUP BY tablename
                """,
                [PRIVILEGES],
            )
            granted = {table: set(privileges) for table, privileges in cursor.fetchall()}

        assert granted == {table: {"SELECT", *privileges} for table, privileges in GRANTS.items()}

    def test_on_columns_are_these_and_no_others(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT relname, array_agg(attname::text) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                WHERE relkind = 'r' AND relname ~ '^(accounts|billing|counters|service_quality)_' AND attnum > 0
                    AND NOT attisdropped
                    AND has_column_privilege(current_user, attrelid, attname, 'UPDATE')
                    AND NOT has_table_privilege(current_user, attrelid, 'UPDATE')
                GROUP BY relname
                """
            )
            granted = {table: set(columns) for table, columns in cursor.fetchall()}

        assert granted == CHANGING_COLUMNS

    def test_cover_every_model(self) -> None:
        tables = {
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label in {"accounts", "billing", "counters", "service_quality"}
        }

        assert tables == set(GRANTS)

    def test_of_functions_with_the_owners_rights_fix_their_search_path(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT proname, proconfig::text FROM pg_proc
                WHERE prosecdef AND pronamespace = 'public'::regnamespace
                """
            )
            functions = dict(cursor.fetchall())

        assert functions
        assert all("search_path=public, pg_temp" in config for config in functions.values())


class TestTheApplication:
    """Tampering with the application's own sign-in, on rows that exist."""

    @pytest.fixture(autouse=True)
    def rows_stay_as_they_are(self, days: Days) -> Iterator[None]:
        before = all_rows()
        yield
        assert all_rows() == before

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {table} SET id = id",
            "DELETE FROM {table}",
            "TRUNCATE {table}",
            "TRUNCATE {table} CASCADE",
            "ALTER TABLE {table} DISABLE TRIGGER ALL",
            "ALTER TABLE {table} ADD COLUMN x int",
            "DROP TABLE {table}",
            "CREATE TRIGGER x BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE RULE x AS ON INSERT TO {table} DO INSTEAD NOTHING",
            "ALTER TABLE {table} OWNER TO CURRENT_USER",
            # Without a grant option this is a warning only.
            "GRANT UPDATE ON {table} TO CURRENT_USER; UPDATE {table} SET id = id",
        ],
    )
    def test_cannot_touch_a_row_that_was_posted(self, statement: str) -> None:
        tables = [table for table in APPEND_ONLY if table != "billing_businessday"]

        assert [
            table for table in tables if not refused_to_the_application(statement.format(table=table))
        ] == []

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE billing_businessday SET date = date + 1",
            "DELETE FROM billing_businessday",
            "UPDATE billing_bill SET amount = 0",
            "UPDATE billing_bill SET account_id = account_id",
            "UPDATE billing_balance SET account_id = account_id",
            "UPDATE counters_shift SET opening_float = 0",
            "DELETE FROM billing_bill",
            "DELETE FROM billing_balance",
            "DELETE FROM counters_shift",
            "DELETE FROM accounts_account",
            "DELETE FROM accounts_customer",
            "DELETE FROM accounts_staff",
            "INSERT INTO accounts_searchentry SELECT id, '{}' FROM accounts_account",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('billing', '0000', now())",
            "SET session_replication_role = replica",
            "SELECT set_config('session_replication_role', 'replica', true)",
            "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE TABLE public.x ()",
            "ALTER FUNCTION accounts_refuse_change() OWNER TO CURRENT_USER",
            "COPY billing_posting TO PROGRAM 'true'",
            "SELECT pg_read_file('PG_VERSION')",
            f"ALTER ROLE {APP_ROLE} SUPERUSER",
        ],
    )
    def test_may_not(self, statement: str) -> None:
        assert refused_to_the_application(statement)

    def test_may_not_become_the_owner(self, owner: "Statements") -> None:
        owner.execute("SELECT current_user")
        (name,) = owner.fetchone() or ("",)

        assert refused_to_the_application(f'SET ROLE "{name}"')

    @pytest.mark.parametrize("setting", ["pgtrigger.ignore", "app.bypass", "session.role"])
    def test_gains_nothing_by_a_setting_of_its_own(self, setting: str) -> None:
        assert refused_to_the_application(
            f"SELECT set_config('{setting}', '{{billing_posting_rows_never_change}}', true); "
            "DELETE FROM billing_posting"
        )

    def test_gains_nothing_by_a_temporary_table_of_the_same_name(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE billing_businessday (date date) ON COMMIT DROP")
            with pytest.raises(IntegrityError, match="are closed"), transaction.atomic():
                cursor.execute(POSTING + "('clearing:pos', 'opening', 1, NULL, '2026-11-20', now())")
            transaction.set_rollback(True)


class TestTheOwner:
    """Triggers hold for the owner of the tables, whom no privilege stops."""

    @pytest.mark.parametrize("table", APPEND_ONLY)
    @pytest.mark.parametrize(
        "statement", ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", "TRUNCATE {table}"]
    )
    def test_cannot_touch_a_row_that_was_posted(
        self, owner: "Statements", table: str, statement: str
    ) -> None:
        key = "date" if table == "billing_businessday" else "id"
        owner.execute(f"SELECT count(*) > 0 FROM {table}")
        assert owner.fetchone() == (True,)

        with pytest.raises((psycopg2.errors.RestrictViolation, psycopg2.errors.FeatureNotSupported)):
            owner.execute(statement.format(table=table, key=key))

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE billing_bill SET amount = amount + 1",
            "UPDATE billing_bill SET account_id = account_id + 1",
            "UPDATE billing_bill SET replaces_id = NULL",
            "UPDATE billing_bill SET state = 'PAID' WHERE state = 'CANCELLED'",
            "UPDATE billing_adjustment SET amount = amount - 1",
            "UPDATE billing_adjustment SET note = note WHERE state = 'PROPOSED'",
            "UPDATE billing_adjustment SET state = 'REFUSED', to_bill = 0, to_credit = 0 WHERE state = 'APPROVED'",
            "UPDATE billing_waiver SET amount = amount + 1",
            "UPDATE billing_waiver SET state = 'REFUSED' WHERE state = 'APPROVED'",
            "UPDATE billing_correctionbatch SET state = 'APPROVED', finished_at = NULL WHERE state = 'DONE'",
            "UPDATE billing_batchedbill SET state = 'WAITING' WHERE state = 'CANCELLED'",
            "DELETE FROM billing_adjustment",
            "DELETE FROM billing_waiver",
            "UPDATE billing_bill SET period = '2000-01'",
            "DELETE FROM billing_bill",
            "TRUNCATE billing_bill CASCADE",
            "DELETE FROM billing_balance",
            "TRUNCATE billing_balance",
            "UPDATE counters_shift SET opening_float = opening_float + 1",
            "UPDATE counters_shift SET counted = counted + 1 WHERE state = 'CLOSED'",
            "UPDATE counters_shift SET state = 'OPEN' WHERE state = 'CLOSED'",
            "DELETE FROM counters_shift",
            "TRUNCATE counters_shift CASCADE",
        ],
    )
    def test_cannot_change_what_is_fixed(self, owner: "Statements", statement: str) -> None:
        with pytest.raises(psycopg2.errors.RestrictViolation):
            owner.execute(statement)

    @pytest.mark.parametrize(("table", "column"), MONEY_COLUMNS)
    @pytest.mark.parametrize(
        "amount", ["NaN", "Infinity", "-Infinity", "-99999999999.995", "99999999999.995"]
    )
    def test_cannot_store_what_is_not_money(
        self, owner: "Statements", table: str, column: str, amount: str
    ) -> None:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        where = "WHERE state = 'CLOSED'" if column in {"counted", "expected"} else ""

        with pytest.raises((psycopg2.errors.CheckViolation, psycopg2.errors.NumericValueOutOfRange)):
            owner.execute(f"UPDATE {table} SET {column} = %s {where}", [amount])

    def test_can_do_all_of_it_once_the_triggers_are_off(self, owner: "Statements") -> None:
        """The control: without the wall the same statement goes through."""
        owner.execute("ALTER TABLE billing_posting DISABLE TRIGGER USER")

        owner.execute("UPDATE billing_posting SET amount = amount + 1")

        assert owner.rowcount > 0


POSTING = "INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at) VALUES "
WRONG_ROWS = [
    ("posting_moves_money", POSTING + "('opening', 'opening', 1, NULL, '2026-11-23', now())"),
    ("posting_is_money", POSTING + "('opening', 'clearing:pos', 0, NULL, '2026-11-23', now())"),
    ("posting_is_money", POSTING + "('opening', 'clearing:pos', -1, NULL, '2026-11-23', now())"),
    ("posting_is_money", POSTING + "('opening', 'clearing:pos', 'NaN', NULL, '2026-11-23', now())"),
    ("posting_names_ledgers_that_exist", POSTING + "('opening', 'cash:', 1, NULL, '2026-11-23', now())"),
    ("posting_names_ledgers_that_exist", POSTING + "('', 'opening', 1, NULL, '2026-11-23', now())"),
    (
        "posting_on_a_customer_names_the_account",
        POSTING + "('opening', 'prepaid', 1, NULL, '2026-11-23', now())",
    ),
    ('null value in column "credit"', POSTING + "('opening', NULL, 1, NULL, '2026-11-23', now())"),
    (
        "the books of 2026-11-20 are closed",
        POSTING + "('opening', 'clearing:pos', 1, NULL, '2026-11-20', now())",
    ),
    (
        "do not add up",
        "INSERT INTO billing_tender (payment_id, position, method, amount, reference) "
        "SELECT id, 9, 'CASH', 1, '' FROM billing_payment LIMIT 1",
    ),
    (
        "do not add up",
        "INSERT INTO billing_deposit (payment_id, account_id, amount) "
        "SELECT id, account_id, 1 FROM billing_payment WHERE credited = 0 LIMIT 1",
    ),
    (
        "do not add up",
        "INSERT INTO billing_allocation (payment_id, position, bill_id, account_id, principal, late_charge, "
        "late_charge_left, late_charge_sentence, late_charge_sentence_en) "
        "SELECT p.id, 9, b.id, b.account_id, 1, 0, 0, '', '' FROM billing_payment p, billing_bill b "
        "WHERE allocated = 0 LIMIT 1",
    ),
    (
        "do not add up to its amount",
        "INSERT INTO billing_billline (bill_id, position, component, component_name, category, quantity, "
        "unit_price, amount, sentence, sentence_en) SELECT id, 9, 'supply', '', '', 1, 1, 1, '', '' "
        "FROM billing_bill LIMIT 1",
    ),
    (
        "is not the sum of its parts",
        "INSERT INTO billing_payment (request_id, fingerprint, channel, branch_id, account_id, business_date, "
        "taken_at, tendered, change_given, allocated, credited, policy) SELECT gen_random_uuid(), '', 'BANK', "
        "branch_id, id, '2026-11-23', now(), 1, 0, 1, 0, '{}' FROM accounts_account LIMIT 1",
    ),
    (
        "the shift of this till entry is not open",
        "INSERT INTO counters_tillentry (shift_id, kind, payment_id, cash_in, cash_out, entered_at) "
        "SELECT s.id, 'PAYMENT', p.id, 1, 0, now() FROM counters_shift s, billing_payment p "
        "WHERE s.state = 'CLOSED' LIMIT 1",
    ),
    (
        "outstanding_lies_between_nothing_and_the_bill",
        "UPDATE billing_bill SET outstanding = amount + 1 WHERE outstanding = amount",
    ),
    (
        "bill_is_open_exactly_while_something_is_outstanding",
        "UPDATE billing_bill SET state = 'PAID' WHERE state = 'OPEN'",
    ),
    ("nobody cancelled bill", "UPDATE billing_bill SET state = 'CANCELLED' WHERE state = 'PAID'"),
    (
        "outstanding_lies_between_nothing_and_the_bill",
        "UPDATE billing_bill SET adjusted = adjusted + 0.01 WHERE state = 'OPEN' AND outstanding = amount - adjusted",
    ),
    (
        "does not replace a cancelled bill",
        "INSERT INTO billing_bill (number, account_id, service, kind, period, period_from, period_to, issued_on, "
        "due_on, quantity, amount, outstanding, late_charge_left, state, basis, tier_uses, replaces_id) "
        "SELECT 'x', account_id, service, kind, 'X', period_from, period_to, issued_on, due_on, 0, 0, 0, 0, 'PAID', "
        "'{}', '{}', id FROM billing_bill WHERE state = 'CANCELLED' LIMIT 1",
    ),
    (
        "adjustment_is_decided_by_another_person",
        "UPDATE billing_adjustment SET state = 'APPROVED', decided_by_id = proposed_by_id, decided_at = now(), "
        "business_date = '2026-11-23', to_credit = -amount WHERE state = 'PROPOSED'",
    ),
    (
        "adjustment_goes_whole_to_bill_credit_or_charge",
        "UPDATE billing_adjustment SET state = 'APPROVED', decided_by_id = (SELECT max(id) FROM accounts_staff), "
        "decided_at = now(), business_date = '2026-11-23' WHERE state = 'PROPOSED'",
    ),
    (
        "waiver_is_decided_by_another_person",
        "UPDATE billing_waiver SET state = 'REFUSED', decided_by_id = proposed_by_id, decided_at = now(), "
        "business_date = '2026-11-23' WHERE state = 'PROPOSED'",
    ),
    (
        "cancelling_what_was_paid_needs_a_second_person",
        "INSERT INTO billing_billcancellation (bill_id, request_id, reason, note, business_date, cancelled_at, "
        "cancelled_by_id, returned) SELECT b.id, gen_random_uuid(), 'OTHER', '', '2026-11-23', now(), s.id, 1 "
        "FROM billing_bill b, accounts_staff s WHERE b.state = 'PAID' LIMIT 1",
    ),
    ("receivable_is_never_negative", "UPDATE billing_balance SET receivable = -0.01"),
    ("prepaid_is_never_negative", "UPDATE billing_balance SET prepaid = -0.01"),
]


class TestARow:
    @pytest.mark.parametrize(("wall", "statement"), WRONG_ROWS)
    def test_cannot_be_wrong(self, days: Days, wall: str, statement: str) -> None:
        with pytest.raises(IntegrityError, match=wall), transaction.atomic():
            connection.cursor().execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")

    def test_of_a_closed_day_cannot_be_added_by_the_owner_either(self, owner: "Statements") -> None:
        with pytest.raises(psycopg2.errors.CheckViolation, match="are closed"):
            owner.execute(POSTING + "('opening', 'clearing:pos', 1, NULL, '2026-11-20', now())")

    def test_of_an_allocation_cannot_name_the_bill_of_another_account(self, owner: "Statements") -> None:
        owner.execute("ALTER TABLE billing_allocation DISABLE TRIGGER billing_allocation_rows_never_change")
        owner.execute(
            """
            CREATE TEMP TABLE one ON COMMIT DROP AS
            SELECT a.*, (SELECT min(id) FROM accounts_account WHERE id <> a.account_id) AS other
            FROM billing_allocation a
            WHERE (SELECT count(*) FROM billing_allocation b WHERE b.payment_id = a.payment_id) = 1 LIMIT 1;
            DELETE FROM billing_allocation WHERE id = (SELECT id FROM one)
            """
        )

        with pytest.raises(psycopg2.errors.CheckViolation, match="settles a bill of another account"):
            owner.execute(
                """
                INSERT INTO billing_allocation
                SELECT id, position, principal, late_charge, late_charge_left, late_charge_sentence,
                    late_charge_sentence_en, other, bill_id, payment_id FROM one
                """
            )


@pytest.mark.django_db
class TestTheStateOfAnAccount:
    @pytest.mark.parametrize("before", Account.State.values)
    def test_changes_only_as_the_transition_table_says(self, before: str) -> None:
        account = make_account(state=before, closed_on="2026-01-01" if before == "CLOSED" else None)

        allowed = {after for after in Account.State.values if moves(account, after)}

        assert allowed == {before, *Account.TRANSITIONS[before]}


def moves(account: Account, state: str) -> bool:
    closed_on = "2026-01-01" if state == "CLOSED" else None
    try:
        with transaction.atomic():
            Account.objects.filter(pk=account.pk).update(state=state, closed_on=closed_on)
            transaction.set_rollback(True)
    except Error:
        return False
    return True
