from typing import Any

from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay
from accounts.roles import give_permissions

EVERYONE_AT_WORK = (
    "cashier",
    "adviser",
    "collector",
    "complaints",
    "finance",
    "supervisor",
    "manager",
    "auditor",
)
GIVEN = {
    "view_gascard": EVERYONE_AT_WORK,
    "view_gaspurchase": EVERYONE_AT_WORK,
    "view_cardwrite": EVERYONE_AT_WORK,
    "view_cardwriteattempt": EVERYONE_AT_WORK,
    "view_gassalerule": EVERYONE_AT_WORK,
    "sell_gas": ("cashier",),
    "issue_gas_card": ("cashier", "adviser"),
    "block_gas_card": ("cashier", "adviser", "supervisor"),
    "make_gas_good": ("cashier",),
    "approve_make_good": ("finance", "supervisor"),
    "add_gassalerule": ("finance",),
    "change_gassalerule": ("finance",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_heating_roles")]

    operations = [
        changes_only_in(
            "billing_gascard",
            ("state", "purchase_count", "total_purchased", "meter_start", "used_before", "safe_until"),
            (
                "card_no",
                "account_id",
                "meter_kind",
                "issued_at",
                "issued_by_id",
                "replaces_id",
                "opening_count",
                "opening_total",
            ),
        ),
        changes_only_in(
            "billing_gaspurchase",
            ("state",),
            (
                "card_id",
                "bill_id",
                "kind",
                "volume",
                "sequence",
                "request_id",
                "fingerprint",
                "reason",
                "made_on",
                "made_at",
                "made_by_id",
                "approved_by_id",
            ),
        ),
        changes_only_in(
            "billing_cardwrite",
            ("state", "may_be_on_card", "last_code", "claimed_at", "finished_at"),
            ("card_id", "purchase_id", "kind", "sequence", "volume", "asked_at", "asked_by_id"),
        ),
        append_only("billing_cardwriteattempt"),
        rows_stay("billing_gassalerule"),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
