from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay


class Migration(migrations.Migration):
    dependencies = [("billing", "0010_corrections_protection")]

    operations = [
        append_only("billing_temperaturetest"),
        append_only("billing_roomtemperature"),
        append_only("billing_householdconversion"),
        append_only("billing_seasonsettlement"),
        append_only("billing_heatcredit"),
        append_only("billing_oneofffee"),
        changes_only_in(
            "billing_heatsuspension",
            (
                "state",
                "decided_at",
                "decided_by_id",
                "reason",
                "fee_bill_id",
                "resumed_on",
                "resumed_at",
                "resumed_by_id",
                "resume_bill_id",
            ),
            ("account_id", "season_id", "is_silent", "note", "applied_on", "applied_at", "applied_by_id"),
        ),
        changes_only_in(
            "billing_temperaturerefund",
            ("state", "decided_at", "decided_by_id", "note"),
            (
                "account_id",
                "bill_id",
                "heat_fee",
                "season_days",
                "weighted_days",
                "amount",
                "sentence",
                "sentence_en",
                "proposed_at",
                "proposed_by_id",
            ),
        ),
        changes_only_in(
            "billing_coldspell",
            ("counts",),
            ("refund_id", "test_id", "account_id", "from_on", "to_on", "days", "degrees", "pct"),
        ),
        rows_stay("billing_heatingseason", "billing_buildinghandover"),
    ]
