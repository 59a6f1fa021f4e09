"""The heat that a household's meters counted from the first to the last day of a season."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import Account
from billing.models import HeatingSeason, MeterInstallation
from billing.rating.consumption import Segment


@dataclass(slots=True)
class SeasonHeat:
    """One segment for each meter; `missing` names a meter without a reading after the season."""

    segments: list[Segment] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    missing: str = ""


def season_heat(account: Account, season: HeatingSeason) -> SeasonHeat:
    """From the last reading before the season (or the initial one) to the first on or after its last day."""
    heat = SeasonHeat()
    installations = account.installations.filter(installed_on__lte=season.ends_on).exclude(
        removed_on__lt=season.starts_on
    )
    for installation in installations.select_related("meter").order_by("installed_on"):
        _add(heat, installation, season)
    return heat


def _add(heat: SeasonHeat, installation: MeterInstallation, season: HeatingSeason) -> None:
    readings = list(installation.readings.order_by("read_on"))
    before = [one for one in readings if one.read_on <= season.starts_on]
    after = [one for one in readings if one.read_on >= season.ends_on]
    start = before[-1].value if before else installation.initial
    since = before[-1].read_on if before else installation.installed_on
    if installation.final is not None and installation.removed_on is not None and not after:
        end, until = installation.final, installation.removed_on
    elif after:
        end, until = after[0].value, after[0].read_on
    else:
        heat.missing = heat.missing or installation.meter.serial_no
        return
    rolled = any(one.rolled_over for one in readings if since < one.read_on <= until)
    meter = installation.meter
    heat.segments.append(Segment(start, end, meter.digits, rolled, meter.multiplier))
    heat.readings.append({"meter": meter.serial_no, "from": str(start), "to": str(end), "rollover": rolled})
