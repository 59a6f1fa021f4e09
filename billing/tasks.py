"""Workers of bill runs, and the morning run. The rows are the queue: a task that is lost, or runs twice, changes nothing."""

import logging
import os
import socket
import time

from celery import shared_task
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerUnavailable

from billing.business_date import business_date_of
from billing.models import BillRun, CorrectionBatch
from billing.printing import set_letters
from billing.sending import ask_after, send_messages
from billing.services.arrears.daily_run import catch_up_arrears
from billing.services.arrears.mailings import fill_mailing, waiting_mailings
from billing.services.arrears.queueing import queue_step_messages
from billing.services.bill_run import is_anything_left, work_on_chunk
from billing.services.bill_run_pricing import RunPricing, pricing_of
from billing.services.bill_run_stages import settle_bill_run
from billing.services.correction_batches import work_off_batch
from billing.sms import open_gateway

logger = logging.getLogger(__name__)

# So many workers may take chunks of one run at the same time.
MOST_WORKERS = 16
# After so many seconds a worker lets others have their turn, and comes back.
TURN = 30


@shared_task
def work_on_bill_run(run_id: int) -> None:
    """Take chunks of the run until none is left, or the turn is over."""
    run = BillRun.objects.get(pk=run_id)
    if not run.is_at_work:
        return
    pricing, worker = pricing_of(run), f"{socket.gethostname()} {os.getpid()}"
    ends = time.monotonic() + TURN
    while _work(run, pricing, worker):
        if time.monotonic() > ends:
            call_workers(run, 1)
            return
    run = settle_bill_run(run, at=timezone.now())
    # A chunk that is missing now is another worker's, or free again; the minute's look finds it.
    if run.is_at_work and is_anything_left(run):
        logger.info("bill run %s: the rest is with other workers", run.pk)


def _work(run: BillRun, pricing: RunPricing, worker: str) -> bool:
    """Deal with one chunk; whether there was one. One that breaks does not end the work on the others."""
    try:
        return work_on_chunk(run, pricing, worker=worker, at=timezone.now()) is not None
    except Exception:
        if not connection.is_usable():
            # Without a database there is nothing to go on with.
            raise
        logger.exception("bill run %s: a chunk failed and says so in its row", run.pk)
    return True


@shared_task
def continue_bill_runs() -> None:
    """Once a minute: call workers to every run that is at work. Whatever died, this takes it up again."""
    for run in BillRun.objects.filter(state__in=BillRun.AT_WORK):
        call_workers(run)


def call_workers(run: BillRun, workers: int = MOST_WORKERS) -> None:
    """Tell workers that there are chunks. Without a broker the minute's look does it as soon as there is one."""
    for _ in range(min(workers, max(1, run.chunks.exclude(state="PUBLISHED").count()))):
        try:
            work_on_bill_run.apply_async([run.pk], retry=False)
        except BrokerUnavailable:
            logger.warning("bill run %s: no broker to call workers with", run.pk)
            return


@shared_task
def fill_waiting_mailings() -> None:
    """Once a minute, and when somebody asks for reminders: write the messages of the mailings that wait."""
    for mailing_id in waiting_mailings():
        while fill_mailing(mailing_id, at=timezone.now()):
            pass


def call_mailer() -> None:
    """Tell a worker that there is a mailing. Without a broker the minute's look finds it."""
    try:
        fill_waiting_mailings.apply_async(retry=False)
    except BrokerUnavailable:
        logger.warning("mailings: no broker to call workers with")


@shared_task
def send_waiting_messages() -> None:
    """Once a minute: write the messages of mailings and of steps that are to be done, and send what waits."""
    fill_waiting_mailings()
    queue_step_messages(at=timezone.now())
    if gateway := open_gateway():
        became = send_messages(gateway, worker=f"{socket.gethostname()} {os.getpid()}")
        if became:
            logger.info("messages: %s", dict(became))


@shared_task
def ask_after_messages() -> None:
    """Every five minutes: what became of messages that nobody is sure of, and of those without a report."""
    if gateway := open_gateway():
        ask_after(gateway)


@shared_task
def set_waiting_letters() -> None:
    """Once a minute, and when somebody asks for letters: set what waits for the printer."""
    set_letters()


def call_printer() -> None:
    """Tell a worker that there are letters. Without a broker the minute's look finds them."""
    try:
        set_waiting_letters.apply_async(retry=False)
    except BrokerUnavailable:
        logger.warning("letters: no broker to call workers with")


def run_arrears_each_morning() -> None:
    """Take the overdue accounts through the ladder; asked again in the day, it does what the morning missed."""
    now = timezone.now()
    catch_up_arrears(business_date_of(now), now)


@shared_task
def work_on_batch(batch_id: int) -> None:
    """Cancel the bills of an approved batch, chunk by chunk, until none is left or the turn is over."""
    batch = CorrectionBatch.objects.get(pk=batch_id)
    ends = time.monotonic() + TURN
    while batch.is_at_work:
        batch = work_off_batch(batch, at=timezone.now(), chunks=1)
        if time.monotonic() > ends:
            call_batch_worker(batch)
            return


@shared_task
def continue_batches() -> None:
    """Once a minute: call a worker to every approved batch that is not done. Whatever died, this takes it up again."""
    for batch in CorrectionBatch.objects.filter(state=CorrectionBatch.State.APPROVED):
        call_batch_worker(batch)


def call_batch_worker(batch: CorrectionBatch) -> None:
    """Tell a worker that bills are to be cancelled. Without a broker the minute's look does it as soon as there is one."""
    try:
        work_on_batch.apply_async([batch.pk], retry=False)
    except BrokerUnavailable:
        logger.warning("batch %s: no broker to call a worker with", batch.pk)
