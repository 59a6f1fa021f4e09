from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from billing.models import CorrectionBatch
from billing.services.correction_batches import work_off_batch


class Command(BaseCommand):
    help = "Cancel the bills of every approved batch that are still to come; what died half-way is finished."

    def handle(self, **options: Any) -> None:
        batches = CorrectionBatch.objects.filter(state=CorrectionBatch.State.APPROVED).order_by("pk")
        for batch in batches:
            with tqdm(total=batch.entries.count(), disable=None) as bar:
                done = work_off_batch(
                    batch, at=timezone.now(), progress=lambda now, _all, bar=bar: _show(bar, now)
                )
            counted = done.entries.filter(state="CANCELLED").count()
            self.stdout.write(f"{done.pk}: {counted} cancelled, {done.get_state_display()}")


def _show(bar: "tqdm[Any]", now: int) -> None:
    bar.n = now
    bar.refresh()
