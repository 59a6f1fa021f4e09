"""What hangs on the wall: the newest cards, how many of each kind, and whose stars they are."""

import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from service_quality.models import PraiseCard
from service_quality.queries.card_standings import promotions, standings
from service_quality.queries.kinds import kind_rows

CARDS, PEOPLE = 12, 8


def card_wall(today: datetime.date) -> dict[str, Any]:
    """The cards of the year, the newest with their words, if somebody has read them first."""
    year = PraiseCard.objects.standing().filter(given_on__year=today.year)
    counts = dict(year.order_by().values_list("kind").annotate(Count("id")))
    stars_year = today.year
    stars = promotions(stars_year)
    if not stars:
        # Early in the year nobody has one yet: last year's still shine.
        stars_year -= 1
        stars = promotions(stars_year)
    newest = year.select_related("receiver", "giver").order_by("-given_on", "-id")[:CARDS]
    return {
        "year": today.year,
        "total": sum(counts.values()),
        "this_month": year.filter(given_on__month=today.month).count(),
        "kinds": [(kind, counts.get(kind.code, 0)) for kind in kind_rows()],
        "cards": [_card(one) for one in newest],
        "leaders": standings(today.year)[:PEOPLE],
        "stars": stars,
        "stars_year": stars_year,
    }


def _card(one: PraiseCard) -> dict[str, Any]:
    return {
        "tone": one.kind.lower(),
        "kind": one.get_kind_display(),
        "receiver": one.receiver.get_short_name(),
        "giver": one.giver.get_short_name() if one.giver else _("a customer"),
        "text": one.text if one.shown_at else "",
        "given_on": one.given_on,
    }
