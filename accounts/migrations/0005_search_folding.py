"""Search words that look alike become alike, streets are found, and so is a room without its building.

What changes against migration 0003:
    - names, communities and streets are folded as `accounts.folding.fold` folds what is typed:
      full-width is half-width, the dot in 阿依古丽·买买提 may be left out;
    - 文化        two neighbouring characters of the street
    - @301        the last part of the door: 阳光 301
    - *31234567   a landline without its area code
"""

from django.db import migrations

FOLDED = """
CREATE FUNCTION accounts_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(lower(normalize(translate(words, '·•‧∙・．', ''), NFKC)))
$$;

CREATE OR REPLACE FUNCTION accounts_bigrams(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(substr(folded, i, 2)), '{}')
    FROM accounts_folded(words) AS folded, generate_series(1, length(folded) - 1) AS i
$$;

CREATE OR REPLACE FUNCTION accounts_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO accounts_searchentry (account_id, keys)
    SELECT a.id, accounts_search_keys(accounts_folded(c.name), c.name_initials, p.community,
            p.community_initials, p.door,
            array(SELECT phone FROM accounts_contact t WHERE t.customer_id = c.id))
        || accounts_bigrams(p.street)
        || CASE WHEN p.door = '' THEN '{}' ELSE ARRAY['@' || split_part(p.door, '-', -1)] END
        || array(SELECT '*' || split_part(phone, '-', 2) FROM accounts_contact t
                 WHERE t.customer_id = c.id AND position('-' IN phone) > 0)
    FROM accounts_account a
    JOIN accounts_customer c ON c.id = a.customer_id
    JOIN accounts_premises p ON p.id = a.premises_id
    WHERE a.id = ANY (ids)
    ON CONFLICT (account_id) DO UPDATE SET keys = EXCLUDED.keys
$$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION accounts_bigrams(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(substr(lower(words), i, 2)), '{}')
    FROM generate_series(1, length(words) - 1) AS i
$$;

CREATE OR REPLACE FUNCTION accounts_refresh_search(ids bigint[]) RETURNS void LANGUAGE sql
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

DROP FUNCTION accounts_folded(text);
"""

CUT_AGAIN = "SELECT accounts_refresh_search(array(SELECT id FROM accounts_account));"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_roles")]

    operations = [
        migrations.RunSQL(FOLDED, AS_BEFORE),
        migrations.RunSQL(CUT_AGAIN, CUT_AGAIN),
    ]
