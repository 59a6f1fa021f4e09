"""What falls due in a month is found without reading what fell due before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0033_donation_reversal")]

    operations = [
        migrations.AddIndex(
            model_name="bill", index=models.Index(fields=["due_on"], name="bills_by_due_date")
        ),
    ]
