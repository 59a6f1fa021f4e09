"""A matter is taken: whoever hears it first answers for it for ever; what nobody heard waits to be taken up."""

import datetime
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Branch, Staff
from billing.business_date import business_date_of
from billing.services.locks import lock_request
from counters.models import Hall
from service_quality.models import Matter, MatterDay
from service_quality.queries.office import office_at
from service_quality.services.matters.clocks import clocks_of, policy_for
from service_quality.services.matters.timeline import Kind, lock_matter, record_event, stated
from service_quality.services.refusals import MatterRefused

PHONE = re.compile(r"[0-9]{3,4}-?[0-9]{7,8}|[0-9]{5,6}")
# Nothing that is read out wrong on the telephone: no 0 and O, no 1 and I, no 5 and S.
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ2346789"
CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class NewMatter:
    """What was written down about a matter when it came."""

    kind: str
    source: str
    text: str
    branch: Branch
    topic: str = Matter.Topic.OTHER
    severity: str = Matter.Severity.NORMAL
    is_special: bool = False
    account: Account | None = None
    phone: str = ""
    contact_name: str = ""
    external_number: str = ""
    hall: Hall | None = None
    answer: str = ""
    request_id: UUID = field(default_factory=uuid4)


@transaction.atomic
def take_matter(new: NewMatter, *, by: Staff | None, at: datetime.datetime) -> Matter:
    """Take a matter. `by` is the first responder for ever; None when the customer wrote it where nobody heard.

    With an answer it is answered at once; anything but a complaint is closed with it.
    Asking twice with one request_id takes it once. Codes: text_missing, unknown_word, contact_missing,
    not_a_phone, hotline_number_missing, hotline_number_known, account_elsewhere, nobody_answers.
    """
    lock_request(new.request_id)
    if earlier := Matter.objects.filter(request_id=new.request_id).first():
        return earlier
    text = stated(new.text, code="text_missing", sentence=_("Write down what the customer said."))
    _check(new, by)
    policy = policy_for(kind=new.kind, source=new.source, on=business_date_of(at))
    number = MatterDay.next_number(business_date_of(at))
    clocks = clocks_of(
        policy,
        at,
        is_special=new.is_special,
        is_urgent=new.severity == Matter.Severity.URGENT,
        office=office_at(at),
    )
    answer = new.answer.strip()
    state = _first_state(new, by)
    matter = Matter.objects.create(
        number=number,
        code=follow_up_code(number),
        request_id=new.request_id,
        kind=new.kind,
        source=new.source,
        topic=new.topic,
        severity=new.severity,
        is_special=new.is_special,
        external_number=new.external_number.strip(),
        account=new.account,
        contact_name=new.contact_name.strip(),
        phone=new.phone.strip(),
        branch=new.branch,
        hall=new.hall,
        text=text,
        first_responder=by,
        handler=by,
        state=state,
        opened_at=at,
        policy=policy,
        clock_from=at,
        warn_at=clocks.warn_at,
        due_at=clocks.due_at,
        interim_due_at=clocks.interim_due_at,
        answered_at=at if answer else None,
        kept_promise=True if answer else None,
        closed_at=at if state == Matter.State.CLOSED else None,
    )
    record_event(matter, Kind.TAKEN, at=at, by=by)
    if answer:
        record_event(matter, Kind.ANSWERED, at=at, by=by, text=answer)
    if state == Matter.State.CLOSED:
        record_event(matter, Kind.CLOSED, at=at, by=by)
    return matter


@transaction.atomic
def claim_matter(matter: Matter, *, by: Staff, at: datetime.datetime) -> Matter:
    """Take up what the customer wrote on the web page: whoever comes first answers for it. Code: taken_already."""
    matter = lock_matter(matter)
    if matter.state != Matter.State.NEW:
        raise MatterRefused(_("Somebody has taken this matter up already."), code="taken_already")
    matter.first_responder = matter.handler = by
    matter.state = Matter.State.OPEN
    matter.save(update_fields=["first_responder", "handler", "state"])
    record_event(matter, Kind.CLAIMED, at=at, by=by)
    return matter


def follow_up_code(number: str) -> str:
    """What the customer proves with that the matter is theirs: nobody guesses it without our secret."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"matter {number}".encode(), hashlib.sha256).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:CODE_LENGTH])


def _first_state(new: NewMatter, by: Staff | None) -> str:
    if by is None:
        return Matter.State.NEW
    if not new.answer.strip():
        return Matter.State.OPEN
    # Whether a complaint is upheld somebody still has to say.
    return Matter.State.ANSWERED if new.kind == Matter.Kind.COMPLAINT else Matter.State.CLOSED


def _check(new: NewMatter, by: Staff | None) -> None:
    words = (
        (new.kind, Matter.Kind), (new.source, Matter.Source), (new.topic, Matter.Topic),
        (new.severity, Matter.Severity),
    )  # fmt: skip
    if any(word not in choices.values for word, choices in words):
        raise MatterRefused(_("Choose from the lists what it is and how it came."), code="unknown_word")
    if by is None and new.answer.strip():
        raise MatterRefused(_("Nobody is here who could have answered it."), code="nobody_answers")
    _check_contact(new, by)
    _check_hotline(new)
    if new.account is not None and new.account.branch_id != new.branch.pk:
        raise MatterRefused(_("This account belongs to another branch."), code="account_elsewhere")


def _check_contact(new: NewMatter, by: Staff | None) -> None:
    phone = new.phone.strip()
    if phone and not PHONE.fullmatch(phone):
        raise MatterRefused(_("A telephone number is written in digits."), code="not_a_phone")
    # Who wrote to us can be answered only by telephone; an account alone also has an address.
    has_contact = bool(phone) or (by is not None and new.account is not None)
    must_have = new.kind == Matter.Kind.COMPLAINT or by is None or not new.answer.strip()
    if must_have and not has_contact:
        raise MatterRefused(
            _("Without a telephone number or an account nobody can be answered: ask for one."),
            code="contact_missing",
        )


def _check_hotline(new: NewMatter) -> None:
    number = new.external_number.strip()
    if new.source == Matter.Source.HOTLINE and not number:
        raise MatterRefused(
            _("Enter the number that the hotline gave this matter."), code="hotline_number_missing"
        )
    if number and (known := Matter.objects.filter(external_number=number).first()):
        raise MatterRefused(
            _("The hotline's %(external)s is matter %(number)s already."),
            code="hotline_number_known",
            params={"external": number, "number": known.number},
        )
