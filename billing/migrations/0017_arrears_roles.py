from typing import Any

from django.db import migrations

from accounts.database import append_only, rows_stay
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
AT_THE_LADDER = ("collector", "finance", "supervisor", "manager", "auditor")
GIVEN = {
    "view_arrearspolicy": AT_THE_LADDER,
    "view_arrearspolicyversion": AT_THE_LADDER,
    "add_arrearspolicyversion": ("finance",),
    "approve_arrearspolicyversion": ("manager",),
    "view_flaggedday": EVERYONE_AT_WORK,
    "add_flaggedday": ("supervisor", "manager"),
    "delete_flaggedday": ("supervisor", "manager"),
    "view_arrearscase": EVERYONE_AT_WORK,
    "run_arrears": ("supervisor", "manager"),
    "view_casestep": EVERYONE_AT_WORK,
    "approve_casestep": ("supervisor", "manager"),
    "view_arrearshold": EVERYONE_AT_WORK,
    "add_arrearshold": ("collector", "adviser", "supervisor", "manager"),
    "change_arrearshold": ("supervisor", "manager"),
    "view_message": AT_THE_LADDER,
    "send_mailing": ("collector", "supervisor", "manager"),
    "decide_unsure_message": ("supervisor", "manager"),
    "record_contact": ("collector", "supervisor"),
    "view_supplyorder": EVERYONE_AT_WORK,
    "decide_supplyorder": ("supervisor", "manager"),
    "carry_out_supplyorder": ("collector",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0016_arrears")]

    operations = [
        append_only("billing_deliveryproof"),
        append_only("billing_contactattempt"),
        rows_stay(
            "billing_arrearspolicy",
            "billing_arrearspolicyversion",
            "billing_arrearscase",
            "billing_casestep",
            "billing_arrearshold",
            "billing_promise",
            "billing_mailing",
            "billing_message",
            "billing_supplyorder",
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
