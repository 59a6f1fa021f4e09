"""The price of heat for one account or branch, with the days that the city announced for a season."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.models import Account
from billing.ledger_names import measure_name
from billing.models import HeatingSeason, Tariff
from billing.rating.heating import HeatedPremises, HeatingTariff, compile_heating
from billing.rating.refusal import RatingRefused
from billing.rating.seasons import Season
from billing.services.refusals import HeatingRefused


@contextmanager
def priced() -> Iterator[None]:
    """What cannot be priced is refused in the words of the engine, under its code."""
    try:
        yield
    except RatingRefused as refusal:
        params = dict(refusal.params)
        if "measure" in params:
            params["measure"] = _(", ").join(map(measure_name, str(params["measure"]).split(", ")))
        raise HeatingRefused(_(refusal.message), code=refusal.code, params=params) from refusal


def heat_tariff_of(branch_id: int) -> Tariff:
    """The branch's own price of heat, or the one for all. Code: no_tariff."""
    tariffs = Tariff.objects.filter(service="HEAT", kind="heating_area")
    found = tariffs.filter(branch_id=branch_id).first() or tariffs.filter(branch__isnull=True).first()
    if found is None:
        raise HeatingRefused(_("No tariff prices heat by area here."), code="no_tariff")
    return found


def for_season(tariff: HeatingTariff, season: HeatingSeason | None) -> HeatingTariff:
    """The tariff with the days of the announced season in place of those it returns to every year."""
    if season is None:
        return tariff
    usual = tariff.season.of_year(season.first_year) if tariff.season else None
    if usual and (usual.first, usual.last) == (season.starts_on, season.ends_on):
        return tariff
    inclusive = tariff.season.inclusive if tariff.season else True
    return replace(tariff, season=Season(season.starts_on, season.ends_on, inclusive), season_days=None)


def compiled_for(tariff: Tariff, season: HeatingSeason) -> HeatingTariff:
    """Codes: those of `compile_heating`."""
    with priced():
        compiled = compile_heating(tariff.definition(), tariff.code).on(season.starts_on)
        return for_season(compiled, season)


def heated_premises(account: Account) -> HeatedPremises:
    """What the engine must know of the account's premises. Code: no_area."""
    area = account.billed_area or account.premises.building_area
    if area is None:
        raise HeatingRefused(
            _("Account %(account)s has no heated area: enter it first."),
            code="no_area",
            params={"account": account.account_no},
        )
    return HeatedPremises(area, account.category.lower(), account.premises.storey_height)
