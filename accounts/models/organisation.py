from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_current_language(chinese: str, english: str) -> str:
    """Pick the name a reader of the current page expects; Chinese where no English is kept."""
    return english if english and (get_language() or "").startswith("en") else chinese


class Branch(models.Model):
    """A part of the company with its own customers, halls and staff."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ("code",)

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)


class District(models.Model):
    """A collection district (片区): the accounts one collector answers for."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="districts", verbose_name=_("branch"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="districts",
        null=True,
        blank=True,
        verbose_name=_("owner"),
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ("code",)

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)
