from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.organisation import Branch, in_current_language


class StaffManager(BaseUserManager["Staff"]):
    def create_user(self, number: str, password: str | None = None, **fields: Any) -> "Staff":
        staff = self.model(number=number, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, number: str, password: str | None = None, **fields: Any) -> "Staff":
        return self.create_user(number, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(number=username)


class Staff(AbstractBaseUser, PermissionsMixin):
    """Someone who works here; signs in with the staff number."""

    class Post(models.TextChoices):
        CASHIER = "CASHIER", _("cashier")
        ADVISER = "ADVISER", _("adviser")
        COLLECTOR = "COLLECTOR", _("collector")
        COMPLAINTS = "COMPLAINTS", _("complaint handler")
        FINANCE = "FINANCE", _("finance clerk")
        SUPERVISOR = "SUPERVISOR", _("hall supervisor")
        MANAGER = "MANAGER", _("manager")
        ADMINISTRATOR = "ADMINISTRATOR", _("administrator")
        AUDITOR = "AUDITOR", _("auditor")

    number = models.CharField(_("staff number"), max_length=20, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    post = models.CharField(_("post"), max_length=20, choices=Post)
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="staff", null=True, blank=True, verbose_name=_("branch")
    )
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_reason = models.CharField(_("reason for leaving"), max_length=200, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may use the admin pages"), default=False)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "post"]

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        ordering = ("number",)
        permissions = [("unlock_sign_in", "Can unlock the number of somebody who typed a wrong password")]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(is_active=False) & ~Q(left_reason=""),
                name="staff_who_left_have_a_reason_and_cannot_sign_in",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_short_name()} ({self.number})"

    def get_short_name(self) -> str:
        """What the pages call the person."""
        return in_current_language(self.name, self.name_en)

    def get_full_name(self) -> str:
        """What the administration calls the person."""
        return self.get_short_name()

    def sees_branch(self: Self, branch_id: int) -> bool:
        """Whether rows of that branch exist at all for this person."""
        return self.branch_id == branch_id or self.has_perm("accounts.see_every_branch")
