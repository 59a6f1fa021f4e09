import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models.account import Service
from billing.models import Tariff, TariffVersion
from billing.queries.price_board.fees import fee_tables
from billing.queries.price_board.heating import heating_notes, heating_tables
from billing.queries.price_board.late import late_charge_of
from billing.queries.price_board.metered import metered_tables
from billing.queries.price_board.parts import Published, Table
from billing.tariff_file.kinds import Json, Kind


@dataclass(frozen=True, slots=True)
class ServiceBoard:
    """What one tariff says on a day: in force now, coming next, and what was before."""

    tariff: Tariff
    service: str
    title: str
    branch: str
    now: Published | None
    coming: Sequence[Published]
    history: Sequence[Published]
    late_charge: str


def price_boards(on: datetime.date, service: str = "") -> list[ServiceBoard]:
    """Every tariff with a published version, as it stands on a day; approved versions only."""
    approved = TariffVersion.objects.approved().order_by("effective_from")
    tariffs = (
        Tariff.objects.filter(versions__approved_at__isnull=False, kind__in=Kind.values)
        .select_related("branch")
        .prefetch_related(Prefetch("versions", approved))
        .distinct()
    )
    if service:
        tariffs = tariffs.filter(service=service)
    order = {value: place for place, value in enumerate(Service.values)}
    found = sorted(tariffs, key=lambda one: (order[one.service], one.kind == Kind.ONE_OFF, one.code))
    return [_board(tariff, on) for tariff in found]


def tables_of(kind: str, rules: Json, prices: Json) -> list[Table]:
    """The tables of one version, from the definition that the rating engine compiles."""
    if kind == Kind.METERED:
        return metered_tables(rules, prices)
    if kind == Kind.ONE_OFF:
        return fee_tables(rules, prices)
    return heating_tables(rules, prices)


def notes_of(kind: str, rules: Json, prices: Json) -> list[str]:
    return heating_notes(rules, prices) if kind in (Kind.HEATING_AREA, Kind.HEATING_TWO_PART) else []


def _board(tariff: Tariff, on: datetime.date) -> ServiceBoard:
    versions = list(tariff.versions.all())
    begun = [version for version in versions if version.effective_from <= on]
    coming = [version for version in versions if version.effective_from > on]
    is_fees = tariff.kind == Kind.ONE_OFF
    return ServiceBoard(
        tariff=tariff,
        service=tariff.get_service_display(),
        title=str(tariff),
        branch=str(tariff.branch) if tariff.branch else _("all branches"),
        now=_published(tariff, begun[-1]) if begun else None,
        coming=[_published(tariff, version) for version in coming],
        history=[_dates(tariff, version) for version in reversed(begun[:-1])],
        late_charge="" if is_fees else late_charge_of(tariff.service, tariff.branch, on),
    )


def _published(tariff: Tariff, version: TariffVersion) -> Published:
    return Published(
        version.effective_from,
        version.effective_until,
        document_of(tariff, version),
        tables_of(tariff.kind, tariff.rules_on(version.effective_from), version.prices),
        notes_of(tariff.kind, tariff.rules_on(version.effective_from), version.prices),
    )


def _dates(tariff: Tariff, version: TariffVersion) -> Published:
    return Published(version.effective_from, version.effective_until, document_of(tariff, version))


def document_of(tariff: Tariff, version: TariffVersion) -> str:
    """The decision that the version names, or the source of the tariff."""
    return str(version.prices.get("decision") or tariff.source)
