"""What must be true of a tariff version before it is written, submitted or approved."""

import datetime
from collections.abc import Sequence

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from billing.models import Bill, BillRun, BusinessDay, Tariff, TariffVersion
from billing.services.refusals import TariffRefused
from billing.tariff_file.faults import Fault, faults_of, rule_faults
from billing.tariff_file.kinds import Json


def closed_until(tariff: Tariff | None) -> datetime.date | None:
    """The last day whose prices are settled: its books are closed, or a bill was made with them.

    A reading is priced by its own day; a season by its first, or by each of its days where the tariff splits
    it. Beside that, the days before the last bill of any kind was issued.
    """
    closed: datetime.date | None = BusinessDay.objects.aggregate(last=Max("date"))["last"]
    if tariff is None or tariff.pk is None:
        return closed
    brought = [version.rules or {} for version in tariff.versions.approved()]
    is_split = any(_splits_by_days(rules) for rules in (tariff.rules, *brought))
    billed = (
        Bill.objects.filter(tariff=tariff)
        .exclude(state=Bill.State.CANCELLED)
        .aggregate(
            issued=Max("issued_on"),
            read=Max("period_to", filter=Q(kind=Bill.Kind.USAGE)),
            season=Max("period_to" if is_split else "period_from", filter=Q(kind=Bill.Kind.HEATING)),
        )
    )
    before_issue = billed["issued"] - datetime.timedelta(days=1) if billed["issued"] else None
    settled = (closed, before_issue, billed["read"], billed["season"])
    return max((day for day in settled if day is not None), default=None)


def _splits_by_days(rules: Json) -> bool:
    return rules.get("rules", {}).get("price_change") == "by_days"


def check_open_period(tariff: Tariff, effective_from: datetime.date) -> None:
    """Refuse a date whose prices are settled, or that an unfinished run is billing. Codes: closed_period, run_open."""
    last = closed_until(tariff)
    if last is not None and effective_from <= last:
        raise closed_period(effective_from, last)
    running = BillRun.objects.filter(
        service=tariff.service, finished_at__isnull=True, issued_on__gte=effective_from
    )
    if running.exists():
        raise TariffRefused(
            _("A bill run of this service is under way. Let it finish before the prices of its day change."),
            code="run_open",
        )


def closed_period(effective_from: datetime.date, last: datetime.date) -> TariffRefused:
    return TariffRefused(
        _("%(date)s lies in a closed period: everything up to %(last)s has been billed or closed."),
        code="closed_period",
        params={"date": effective_from, "last": last},
    )


def check_prices(kind: str, rules: Json, prices: Json, effective_from: datetime.date) -> None:
    """Compile one version with the rating engine. Code: bad_tariff, one sentence for each fault."""
    faults = faults_of(kind, rules, [{"effective_from": effective_from.isoformat(), **prices}])
    if faults:
        raise TariffRefused([_as_refusal(fault) for fault in faults])


def _as_refusal(fault: Fault) -> TariffRefused:
    return TariffRefused(fault.sentence.replace("versions[0].", ""), code="bad_tariff")


def check_all_versions(tariff: Tariff, versions: Sequence[TariffVersion]) -> None:
    """Compile what bills will be priced with: every approved version together. Code: bad_tariff."""
    rows = [version.definition() for version in sorted(versions, key=lambda one: one.effective_from)]
    faults = faults_of(tariff.kind, tariff.rules, rows)
    if faults:
        raise TariffRefused([TariffRefused(fault.sentence, code="bad_tariff") for fault in faults])


def check_version(version: TariffVersion) -> None:
    """Its day is free and open, and its prices can be priced with.

    Codes: overlaps, duplicate, closed_period, run_open, bad_tariff.
    """
    same_day = version.tariff.versions.filter(effective_from=version.effective_from).exclude(pk=version.pk)
    other = same_day.first()
    if other is not None and other.is_approved:
        raise TariffRefused(
            _("A version from %(date)s is already approved; two versions cannot overlap."),
            code="overlaps",
            params={"date": version.effective_from},
        )
    if other is not None:
        raise TariffRefused(
            _("There is already a draft from %(date)s. Change that one."),
            code="duplicate",
            params={"date": version.effective_from},
        )
    check_open_period(version.tariff, version.effective_from)
    check_prices(version.tariff.kind, version.tariff.rules, version.prices, version.effective_from)


def check_rules(kind: str, rules: Json) -> None:
    """Compile the rules of a tariff beside any price. Code: bad_tariff."""
    faults = rule_faults(kind, rules)
    if faults:
        raise TariffRefused([_as_refusal(fault) for fault in faults])
