from functools import partial
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
                done = work_off_batch(batch, at=timezone.now(), progress=partial(_show, bar))
            counted = done.entries.filter(state="CANCELLED").count()
            self.stdout.write(f"{done.pk}: {counted} cancelled, {done.get_state_display()}")


def _show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
