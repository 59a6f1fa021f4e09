"""The search words of an account, kept by the database so that no writer can forget them.

Kinds of key, told apart by their first character:
    王淑        two neighbouring characters of the name or the community
    ^王         the first character of the name
    ~ygjy       the pinyin initials of name or community, every prefix from two letters
    #5-2-301    the door, every prefix at a dash
    *1234       a phone, whole and its last four digits
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION accounts_bigrams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(substr(lower(words), i, 2)), '{}')
    FROM generate_series(1, length(words) - 1) AS i
$$;

CREATE FUNCTION accounts_prefixes(sigil text, word text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(sigil || left(lower(word), i)), '{}')
    FROM generate_series(2, length(word)) AS i
$$;

CREATE FUNCTION accounts_door_prefixes(door text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN door = '' THEN '{}' ELSE ARRAY[
        '#' || door,
        '#' || split_part(door, '-', 1),
        '#' || split_part(door, '-', 1) || '-' || split_part(door, '-', 2)] END
$$;

CREATE FUNCTION accounts_search_keys(name text, name_initials text, community text,
                                     community_initials text, door text, phones text[])
    RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array(SELECT DISTINCT key FROM unnest(
        accounts_bigrams(name) || accounts_bigrams(community) || ('^' || left(lower(name), 1))
        || accounts_prefixes('~', name_initials) || accounts_prefixes('~', community_initials)
        || accounts_door_prefixes(door)
        || array(SELECT '*' || replace(p, '-', '') FROM unnest(phones) AS p)
        || array(SELECT '*' || right(p, 4) FROM unnest(phones) AS p)) AS key)
$$;

CREATE FUNCTION accounts_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO accounts_searchentry (account_id, keys)
    SELECT a.id, accounts_search_keys(c.name, c.name_initials, p.community, p.community_initials, p.door,
        array(SELECT phone FROM accounts_contact t WHERE t.customer_id = c.id))
    FROM accounts_account a
    JOIN accounts_customer c ON c.id = a.customer_id
    JOIN accounts_premises p ON p.id = a.premises_id
    WHERE a.id = ANY (ids)
    ON CONFLICT (account_id) DO UPDATE SET keys = EXCLUDED.keys
$$;

CREATE FUNCTION accounts_search_after_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM accounts_refresh_search(array(SELECT id FROM new_rows));
    ELSE
        PERFORM accounts_refresh_search(array(
            SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
            WHERE (n.customer_id, n.premises_id) IS DISTINCT FROM (o.customer_id, o.premises_id)));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_search_after_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_refresh_search(array(
        SELECT a.id FROM accounts_account a JOIN new_rows n ON n.id = a.customer_id));
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_search_after_premises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_refresh_search(array(
        SELECT a.id FROM accounts_account a JOIN new_rows n ON n.id = a.premises_id));
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_search_after_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_refresh_search(array(
        SELECT a.id FROM accounts_account a JOIN changed_rows n ON n.customer_id = a.customer_id));
    RETURN NULL;
END $$;

CREATE TRIGGER search_follows_new_accounts AFTER INSERT ON accounts_account
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_account();
CREATE TRIGGER search_follows_accounts AFTER UPDATE ON accounts_account
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_account();
CREATE TRIGGER search_follows_customers AFTER UPDATE ON accounts_customer
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_customer();
CREATE TRIGGER search_follows_premises AFTER UPDATE ON accounts_premises
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_premises();
CREATE TRIGGER search_follows_new_contacts AFTER INSERT ON accounts_contact
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_contact();
CREATE TRIGGER search_follows_contacts AFTER UPDATE ON accounts_contact
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_contact();
CREATE TRIGGER search_follows_lost_contacts AFTER DELETE ON accounts_contact
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_search_after_contact();
"""

UNDO = """
DROP FUNCTION accounts_search_after_account() CASCADE;
DROP FUNCTION accounts_search_after_customer() CASCADE;
DROP FUNCTION accounts_search_after_premises() CASCADE;
DROP FUNCTION accounts_search_after_contact() CASCADE;
DROP FUNCTION accounts_refresh_search(bigint[]);
DROP FUNCTION accounts_search_keys(text, text, text, text, text, text[]);
DROP FUNCTION accounts_door_prefixes(text);
DROP FUNCTION accounts_prefixes(text, text);
DROP FUNCTION accounts_bigrams(text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_protection")]

    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
