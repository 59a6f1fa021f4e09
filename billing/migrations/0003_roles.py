import datetime
from typing import Any

from django.db import migrations

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
BOOKS = ("finance", "supervisor", "manager", "auditor")
GIVEN = {
    "view_bill": EVERYONE_AT_WORK,
    "view_billline": EVERYONE_AT_WORK,
    "view_balance": EVERYONE_AT_WORK,
    "view_payment": EVERYONE_AT_WORK,
    "view_receipt": EVERYONE_AT_WORK,
    "add_receiptprint": ("cashier", "finance", "supervisor"),
    "view_reading": EVERYONE_AT_WORK,
    "view_meter": EVERYONE_AT_WORK,
    "view_meterinstallation": EVERYONE_AT_WORK,
    "view_tariff": EVERYONE_AT_WORK,
    "view_tariffversion": EVERYONE_AT_WORK,
    "view_latechargerule": EVERYONE_AT_WORK,
    "view_allocationpolicy": BOOKS,
    "view_posting": BOOKS,
    "view_reversal": BOOKS,
    "view_billrun": BOOKS,
    "view_businessday": BOOKS,
    "take_payment": ("cashier",),
    "pay_out_of_order": ("supervisor",),
    "void_payment": ("cashier",),
    "reverse_payment": ("cashier", "finance"),
    "approve_reversal": ("finance", "supervisor"),
    "run_billing": ("finance",),
    "close_business_day": ("finance",),
    "add_tariff": ("finance",),
    "change_tariff": ("finance",),
    "add_tariffversion": ("finance",),
    "approve_tariff": ("supervisor", "manager"),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


def begin_with_the_usual_policy(apps: Any, schema_editor: Any) -> None:
    apps.get_model("billing", "AllocationPolicy").objects.using(schema_editor.connection.alias).create(
        effective_from=datetime.date(2000, 1, 1), within_bill="PRINCIPAL_FIRST", uses_credit=True
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_protection")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.RunPython(begin_with_the_usual_policy, migrations.RunPython.noop),
    ]
