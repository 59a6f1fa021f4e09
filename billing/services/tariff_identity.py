"""Which tariff an entry of a file means, and what is wrong with how it says so."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Branch
from accounts.models.account import Service
from billing.models import Tariff
from billing.services.tariff_terms import changed_terms, check_place_is_free
from billing.tariff_file.problems import Problem
from billing.tariff_file.reading import TariffEntry

_TEXTS = {"name": 120, "name_en": 120, "source": 300}
MOST_DUE_DAYS = 366


def known_tariff(entry: TariffEntry) -> Tariff | None:
    return Tariff.objects.filter(code=entry.code).first()


def wanted_tariff(entry: TariffEntry, kept: Tariff | None) -> Tariff:
    """The tariff as the entry wants it; what an entry does not say stays as it is."""
    said = entry.identity
    tariff = Tariff() if kept is None else Tariff.objects.get(pk=kept.pk)
    tariff.code, tariff.kind, tariff.rules = entry.code, entry.kind, entry.rules
    for name in (*_TEXTS, "due_days", "service"):
        if name in said:
            setattr(tariff, name, said[name])
    if "branch" in said:
        tariff.branch = Branch.objects.filter(code=said["branch"]).first()
    return tariff


def identity_problems(entry: TariffEntry) -> list[Problem]:
    """What can be said without looking at the other tariffs."""
    return [Problem(entry.code, field, code, sentence) for field, code, sentence in _faults(entry)]


def _faults(entry: TariffEntry) -> Iterator[tuple[str, str, str]]:
    said = entry.identity
    if not isinstance(said.get("code"), str) or not said["code"].strip():
        yield "code", "missing", _("The tariff has no code.")
    elif len(said["code"]) > 40:
        yield "code", "too_long", _("A code has at most 40 characters.")
    if not entry.kind:
        yield "kind", "unknown_kind", _("The kind is “%(kind)s”; known are %(known)s.") % {
            "kind": said.get("kind", ""), "known": ", ".join(Tariff.Kind.values),
        }  # fmt: skip
    if said.get("service") not in Service.values:
        yield "service", "unknown_service", _("The service is “%(service)s”; known are %(known)s.") % {
            "service": said.get("service", ""), "known": ", ".join(Service.values),
        }  # fmt: skip
    if "branch" in said and not Branch.objects.filter(code=str(said["branch"])).exists():
        yield "branch", "unknown_branch", _("There is no branch %(branch)s.") % {"branch": said["branch"]}
    yield from _bad_words(said)


def _bad_words(said: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    if "name" not in said:
        yield "name", "missing", _("The tariff has no name.")
    for name, longest in _TEXTS.items():
        if name in said and not (isinstance(said[name], str) and len(said[name]) <= longest):
            yield name, "not_text", _("This must be text of at most %(most)s characters.") % {"most": longest}
    days = said.get("due_days", 0)
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DUE_DAYS:
        yield "due_days", "not_a_number", _("The days to the due date must be a whole number up to 366.")


def place_problems(entry: TariffEntry, kept: Tariff | None, others: list[TariffEntry]) -> list[Problem]:
    """What stands against the tariff in the database or earlier in the same file."""
    if any(other.code == entry.code for other in others):
        return [Problem(entry.code, "code", "duplicate", _("This tariff stands twice in the file."))]
    wanted = wanted_tariff(entry, kept)
    if kept is not None and kept.versions.approved().exists():
        return [
            Problem(entry.code, field.removesuffix("_id"), "terms_fixed",
                    _("A version of this tariff is approved; this can no longer be changed."))
            for field in changed_terms(kept, wanted)
        ]  # fmt: skip
    found = []
    for other in others:
        if _place(other) == _place(entry):
            sentence = _("Tariff %(code)s of this file prices the same service in the same branch.")
            found.append(Problem(entry.code, "service", "service_taken", sentence % {"code": other.code}))
    try:
        check_place_is_free(wanted)
    except ValidationError as refusal:
        found.append(Problem(entry.code, "service", "service_taken", " ".join(refusal.messages)))
    return found


def _place(entry: TariffEntry) -> tuple[Any, ...]:
    return (
        entry.identity.get("service"),
        entry.identity.get("branch"),
        entry.kind == Tariff.Kind.ONE_OFF,
    )
