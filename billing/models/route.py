from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Branch, Staff
from accounts.models.account import Service


class RouteQuerySet(models.QuerySet["Route"]):
    def visible_to(self, staff: Staff) -> "RouteQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(branch_id=staff.branch_id or 0)


class Route(models.Model):
    """A reading book (册本): the accounts that one reader visits in one round, in the order of the way."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="routes", verbose_name=_("branch"))
    service = models.CharField(_("service"), max_length=12, choices=Service)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="routes",
        verbose_name=pgettext_lazy("person", "meter reader"),
    )
    # Ordinary meters every month or two, card meters twice a year (domain.md 3.4.3).
    every_months = models.PositiveSmallIntegerField(
        _("read every so many months"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )

    objects: ClassVar = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading route")
        verbose_name_plural = _("reading routes")
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(every_months__gte=1, every_months__lte=12),
                name="route_is_read_at_least_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Za-z-]{1,20}$"), name="route_code_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RouteStop(models.Model):
    """An account's place in its route."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="stops", verbose_name=_("reading route"))
    account = models.OneToOneField(
        Account, models.PROTECT, related_name="route_stop", verbose_name=_("account")
    )
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        verbose_name = _("stop of a reading route")
        verbose_name_plural = _("stops of reading routes")
        ordering = ("route", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["route", "position"], name="route_has_one_stop_at_a_position")
        ]

    def __str__(self) -> str:
        return f"{self.route_id}/{self.position}"
