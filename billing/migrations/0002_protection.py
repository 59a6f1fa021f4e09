"""The wall around posted money. Grants come first; the triggers behind them hold for the owner too."""

from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay

# A temporary table of the same name must not stand before the real one: the search path is fixed.
# Children are compared with their parent a whole statement at a time, so a set of a million
# lines costs one join. A child added later cannot keep the sum, so it is refused as well.
SUMS = """
CREATE FUNCTION billing_check_bill_lines() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE wrong text;
BEGIN
    SELECT b.number INTO wrong FROM billing_bill b
    JOIN (SELECT l.bill_id, sum(l.amount) AS amount FROM billing_billline l
          WHERE l.bill_id IN (SELECT bill_id FROM new_rows) GROUP BY l.bill_id) lines ON lines.bill_id = b.id
    WHERE lines.amount IS DISTINCT FROM b.amount LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the lines of bill % do not add up to its amount', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER bill_lines_add_up AFTER INSERT ON billing_billline REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_bill_lines();

CREATE FUNCTION billing_check_tenders() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    SELECT p.id INTO wrong FROM billing_payment p
    JOIN (SELECT t.payment_id, sum(t.amount) AS amount FROM billing_tender t
          WHERE t.payment_id IN (SELECT payment_id FROM new_rows) GROUP BY t.payment_id) parts
        ON parts.payment_id = p.id
    WHERE parts.amount IS DISTINCT FROM p.tendered LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the tenders of payment % do not add up', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tenders_add_up AFTER INSERT ON billing_tender REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_tenders();

CREATE FUNCTION billing_check_allocations() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    SELECT p.id INTO wrong FROM billing_payment p
    JOIN (SELECT a.payment_id, sum(a.principal + a.late_charge) AS amount FROM billing_allocation a
          WHERE a.payment_id IN (SELECT payment_id FROM new_rows) GROUP BY a.payment_id) parts
        ON parts.payment_id = p.id
    WHERE parts.amount IS DISTINCT FROM p.allocated LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the allocations of payment % do not add up', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.payment_id INTO wrong FROM new_rows a JOIN billing_bill b ON b.id = a.bill_id
    WHERE b.account_id <> a.account_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payment % settles a bill of another account', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER allocations_add_up AFTER INSERT ON billing_allocation REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_allocations();

CREATE FUNCTION billing_check_deposits() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE wrong bigint;
BEGIN
    SELECT p.id INTO wrong FROM billing_payment p
    JOIN (SELECT d.payment_id, sum(d.amount) AS amount FROM billing_deposit d
          WHERE d.payment_id IN (SELECT payment_id FROM new_rows) GROUP BY d.payment_id) parts
        ON parts.payment_id = p.id
    WHERE parts.amount IS DISTINCT FROM p.credited LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the deposits of payment % do not add up', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deposits_add_up AFTER INSERT ON billing_deposit REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_deposits();

-- A payment without its parts would pass the three checks above; at commit it does not.
CREATE FUNCTION billing_check_payment() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.tendered <> coalesce((SELECT sum(amount) FROM billing_tender WHERE payment_id = NEW.id), 0)
        OR NEW.allocated <> coalesce((SELECT sum(principal + late_charge) FROM billing_allocation
                                      WHERE payment_id = NEW.id), 0)
        OR NEW.credited <> coalesce((SELECT sum(amount) FROM billing_deposit WHERE payment_id = NEW.id), 0)
    THEN
        RAISE EXCEPTION 'payment % is not the sum of its parts', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_is_the_sum_of_its_parts AFTER INSERT ON billing_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_payment();
"""

UNDO_SUMS = """
DROP FUNCTION billing_check_payment() CASCADE;
DROP FUNCTION billing_check_deposits() CASCADE;
DROP FUNCTION billing_check_allocations() CASCADE;
DROP FUNCTION billing_check_tenders() CASCADE;
DROP FUNCTION billing_check_bill_lines() CASCADE;
"""

# Whoever posts on a day holds a shared lock on it until commit; whoever closes it waits for them
# and, once it is closed, the next posting sees the row.
CLOSED_DAYS = """
CREATE FUNCTION billing_check_day_is_open() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE day date;
BEGIN
    FOR day IN SELECT DISTINCT business_date FROM new_rows ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock_shared(7001, day - DATE '2000-01-01');
        PERFORM 1 FROM billing_businessday WHERE date = day;
        IF FOUND THEN
            RAISE EXCEPTION 'the books of % are closed', day USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER closed_day_takes_no_postings AFTER INSERT ON billing_posting
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_day_is_open();

CREATE FUNCTION billing_lock_day() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7001, NEW.date - DATE '2000-01-01');
    RETURN NEW;
END $$;
CREATE TRIGGER closing_a_day_waits_for_its_postings BEFORE INSERT ON billing_businessday
    FOR EACH ROW EXECUTE FUNCTION billing_lock_day();
"""

UNDO_CLOSED_DAYS = """
DROP FUNCTION billing_check_day_is_open() CASCADE;
DROP FUNCTION billing_lock_day() CASCADE;
"""

BILL_IS_FIXED = (
    "number",
    "account_id",
    "service",
    "kind",
    "period",
    "period_from",
    "period_to",
    "run_id",
    "tariff_id",
    "issued_on",
    "due_on",
    "quantity",
    "amount",
    "basis",
    "tier_uses",
)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        append_only("billing_posting"),
        append_only("billing_payment"),
        append_only("billing_tender"),
        append_only("billing_allocation"),
        append_only("billing_deposit"),
        append_only("billing_reversal"),
        append_only("billing_receipt"),
        append_only("billing_receiptprint"),
        append_only("billing_billline"),
        append_only("billing_businessday"),
        changes_only_in("billing_bill", ("outstanding", "late_charge_left", "state"), BILL_IS_FIXED),
        changes_only_in("billing_balance", ("receivable", "prepaid"), ("account_id",)),
        rows_stay("billing_tariff", "billing_meter", "billing_meterinstallation", "billing_reading"),
        rows_stay("billing_billrun", "billing_latechargerule", "billing_allocationpolicy"),
        migrations.RunSQL(SUMS, UNDO_SUMS),
        migrations.RunSQL(CLOSED_DAYS, UNDO_CLOSED_DAYS),
    ]
