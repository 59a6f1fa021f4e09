"""The accounts of changed customers, premises and contacts are looked up one by one.

A session keeps the plan that it made while the tables were small: a join could begin with every account there is,
and read all the changed rows for each.
"""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION accounts_search_after_{name}() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
BEGIN
    PERFORM accounts_refresh_search(array(
        SELECT theirs.id FROM (SELECT DISTINCT {key} AS key FROM {rows}) mine
        CROSS JOIN LATERAL (SELECT a.id FROM accounts_account a WHERE a.{column} = mine.key OFFSET 0) theirs));
    RETURN NULL;
END $$;
"""
# Thought over for the tables as they are at each call.
_REFRESH = "ALTER FUNCTION accounts_refresh_search(bigint[]) SET plan_cache_mode = force_custom_plan"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_district_owners")]

    operations = [
        migrations.RunSQL(
            [
                _REFRESH,
                _FUNCTION.format(name="customer", key="id", rows="new_rows", column="customer_id"),
                _FUNCTION.format(name="premises", key="id", rows="new_rows", column="premises_id"),
                _FUNCTION.format(
                    name="contact", key="customer_id", rows="changed_rows", column="customer_id"
                ),
            ],
            migrations.RunSQL.noop,
        )
    ]
