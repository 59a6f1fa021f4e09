"""The tariff itself: its name, whom it prices, and the rules around its prices."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.models import Tariff
from billing.services.refusals import TariffRefused

# Every version is priced by these, so they hold once one of them is approved; a trigger holds them too.
TERMS = ("code", "service", "branch_id", "kind", "rules")
WORDS = ("name", "name_en", "source", "due_days")


@transaction.atomic
def create_tariff(tariff: Tariff, *, made_by: Staff, at: datetime.datetime) -> Tariff:
    """Write a tariff without prices. Codes: code_taken, service_taken."""
    check_place_is_free(tariff)
    tariff.save(force_insert=True)
    _record("create_tariff", tariff, made_by, at)
    return tariff


@transaction.atomic
def change_tariff(tariff: Tariff, *, changed_by: Staff, at: datetime.datetime) -> Tariff:
    """Write the words of a tariff, and its terms as long as no version is approved.

    Codes: terms_fixed, code_taken, service_taken.
    """
    Tariff.objects.select_for_update().get(pk=tariff.pk)
    check_terms(tariff)
    tariff.save()
    _record("change_tariff", tariff, changed_by, at)
    return tariff


def check_terms(wanted: Tariff) -> None:
    """Its place is free, and what is approved keeps its terms. Codes: terms_fixed, code_taken, service_taken."""
    kept = Tariff.objects.filter(pk=wanted.pk).first()
    changed = changed_terms(kept, wanted) if kept is not None else []
    if kept is not None and changed and kept.versions.approved().exists():
        raise TariffRefused(
            _("A version is approved: %(fields)s stay as they are."),
            code="terms_fixed",
            params={"fields": _(", ").join(_field_word(name) for name in changed)},
        )
    check_place_is_free(wanted)


def changed_terms(kept: Tariff, wanted: Tariff) -> list[str]:
    return [name for name in TERMS if getattr(kept, name) != getattr(wanted, name)]


def check_place_is_free(tariff: Tariff) -> None:
    """One code, one tariff; one tariff prices a service in a branch, beside it one list of fees."""
    others = Tariff.objects.exclude(pk=tariff.pk)
    if others.filter(code=tariff.code).exists():
        raise TariffRefused(_("Another tariff has this code."), code="code_taken")
    same = others.filter(service=tariff.service, branch=tariff.branch)
    is_fees = tariff.kind == Tariff.Kind.ONE_OFF
    other = (
        same.filter(kind=Tariff.Kind.ONE_OFF) if is_fees else same.exclude(kind=Tariff.Kind.ONE_OFF)
    ).first()
    if other is not None:
        raise TariffRefused(
            _("Tariff %(code)s already prices this service here. Write a new version of it."),
            code="service_taken",
            params={"code": other.code},
        )


def _field_word(name: str) -> str:
    return str(Tariff._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]


def _record(action: str, tariff: Tariff, actor: Staff, at: datetime.datetime) -> None:
    record_audit(actor=actor, action=action, on=tariff, at=at, details={"tariff": tariff.code})
