"""A process that bills for a benchmark. It is started afresh and imports what a worker imports, so that its memory is a worker's."""

import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path


def sign_in(database: str) -> None:
    """Set Django up and point its sign-in at the benchmark's database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.db import connections

    django.setup()
    connections["default"].settings_dict["NAME"] = database


def publish_chunks(run_id: int, chunk_ids: Sequence[int]) -> tuple[int, float]:
    """Publish the chunks; how many bills that were, and the peak of this process's memory in MB."""
    from django.utils import timezone

    from billing.models import BillRun
    from billing.services.bill_run_chunks import publish_chunk
    from billing.services.bill_run_pricing import pricing_of

    run = BillRun.objects.get(pk=run_id)
    pricing = pricing_of(run)
    bills = 0
    for chunk_id in chunk_ids:
        # Not the next one that is free: the others are the other side's.
        chunk = publish_chunk(chunk_id, run, pricing, worker="bench", at=timezone.now())
        bills += chunk.bills if chunk else 0
    return bills, _peak_megabytes()


def _peak_megabytes() -> float:
    """The most memory this process has held. getrusage would count what its parent held before it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    # macOS counts bytes, others kilobytes.
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)
