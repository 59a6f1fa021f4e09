"""The story of a matter: for us the whole of it, for the customer what concerns them."""

from dataclasses import dataclass

from service_quality.models import Matter, MatterEvent


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the customer reads it."""

    label: str
    event: MatterEvent
    text: str


def story_of(matter: Matter) -> list[MatterEvent]:
    """Everything that happened, the newest first. One query."""
    return list(matter.events.select_related("by", "whom").order_by("-at", "-id"))


def story_for_customer(matter: Matter) -> list[Told]:
    """What the customer may know, the newest first: nobody's name, and only the words that were meant for them."""
    events = matter.events.filter(kind__in=MatterEvent.SEEN_BY_THE_CUSTOMER).order_by("-at", "-id")
    return [
        Told(
            str(one.get_kind_display()),
            one,
            one.text if one.kind in MatterEvent.TOLD_TO_THE_CUSTOMER else "",
        )
        for one in events
    ]
