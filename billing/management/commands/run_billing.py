import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import Branch
from billing.models import BillRun, BillRunFinding
from billing.queries.bill_runs import progress_of
from billing.services.bill_run import run_billing


class Command(BaseCommand):
    help = (
        "Bill every account of a service for a period. Started again, it finishes what was left. "
        "Workers that run beside it take chunks too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--service", required=True, help="HEAT, GAS, WATER or ELECTRICITY")
        parser.add_argument("--period", required=True, help="a month 2026-10, or a heating season 2025-26")
        parser.add_argument("--issued-on", type=datetime.date.fromisoformat, help="date of the bills; today")
        parser.add_argument("--branch", help="code of the branch; all of them if left out")
        parser.add_argument(
            "--preview", action="store_true", help="only price, and show what would be billed; issue no bill"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        branch = Branch.objects.filter(code=options["branch"]).first() if options["branch"] else None
        if options["branch"] and branch is None:
            raise CommandError(f"There is no branch {options['branch']}.")
        with tqdm(unit="account", disable=None) as bar:
            try:
                run = run_billing(
                    service=options["service"].upper(),
                    period=options["period"],
                    issued_on=options["issued_on"] or timezone.localdate(),
                    branch=branch,
                    started_by=None,
                    at=timezone.now(),
                    publish=not options["preview"],
                    progress=lambda done, total: _show(bar, done, total),
                )
            except ValidationError as refusal:
                raise CommandError(" ".join(refusal.messages)) from refusal
        if run.is_published:
            self.stdout.write(f"{run}: {run.summary['bills']} bills, {run.summary['amount']} yuan")
        else:
            self._show_preview(run)
        self._show_findings(run)

    def _show_preview(self, run: BillRun) -> None:
        found = progress_of(run)
        self.stdout.write(
            f"{run}: {found.bills} bills, {found.amount} yuan; not published: somebody has to look at the preview"
        )

    def _show_findings(self, run: BillRun) -> None:
        words = {BillRunFinding.Kind.UNPRICED: "not billed", BillRunFinding.Kind.OUTLIER: "unusual"}
        findings = run.findings.select_related("account").order_by("kind", "-amount", "id")
        for finding in findings.iterator(chunk_size=1000):
            kind = words[BillRunFinding.Kind(finding.kind)]
            self.stdout.write(f"{kind}: {finding.account.account_no}: {finding.sentence}")


def _show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
