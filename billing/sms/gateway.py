"""What the sender asks of a gateway. A gateway that is not sure says so: then nobody sends the message again."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it leaves: `key` is the same for ever, the provider's own templates are filled by `fields`."""

    key: str
    phone: str
    text: str
    template: str
    fields: Mapping[str, str]


class Fate(Enum):
    """What a gateway knows about a message."""

    UNKNOWN = "it cannot say"
    NEVER_ARRIVED = "it never had it, and says so for certain"
    TAKEN = "it has it"
    DELIVERED = "the telephone has it"
    NOT_DELIVERED = "the telephone could not be reached"


@dataclass(frozen=True, slots=True)
class Finding:
    fate: Fate
    gateway_id: str = ""
    error: str = ""


class GatewayError(Exception):
    """The message was not taken, or nobody knows."""


class GatewayDown(GatewayError):
    """The gateway was not reached: the message has certainly not been sent, and may be later."""


class GatewayRefused(GatewayError):
    """The gateway has said no to this message: it has certainly not been sent."""


class GatewayUnsure(GatewayError):
    """The message left, and no answer that can be read came back."""


class Gateway:
    """A gateway takes one message at a time."""

    def send(self, message: Outgoing) -> str:
        """Hand the message over; return its number at the gateway. Raises one of the three errors above."""
        raise NotImplementedError

    def look_up(self, *, key: str, phone: str, sent_on: datetime.date) -> Finding:
        """Say what became of a message."""
        return Finding(Fate.UNKNOWN)
