from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.organisation import District

LARGEST_AREA = Decimal("9999999.99")


class Premises(models.Model):
    """The place that is supplied: a dwelling, a shop, a whole building."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="premises", verbose_name=_("district")
    )
    street = models.CharField(_("city, street and number"), max_length=120, blank=True)
    community = models.CharField(_("community"), max_length=60)
    community_initials = models.CharField(_("pinyin initials"), max_length=60, blank=True, editable=False)
    building = models.CharField(_("building"), max_length=20, blank=True)
    unit = models.CharField(pgettext_lazy("address", "unit"), max_length=20, blank=True)
    room = models.CharField(_("room"), max_length=20, blank=True)
    door = models.CharField(_("door, as building-unit-room"), max_length=64, blank=True, editable=False)
    building_area = models.DecimalField(
        _("building area, m²"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    inner_area = models.DecimalField(
        _("inner area, m²"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    storey_height = models.DecimalField(
        _("storey height, m"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    floors = models.PositiveSmallIntegerField(_("floors of the building"), null=True, blank=True)
    has_own_valve = models.BooleanField(_("can be shut off alone"), default=True)

    class Meta:
        verbose_name = _("premises")
        verbose_name_plural = _("premises")
        constraints = [
            models.CheckConstraint(condition=~Q(community=""), name="premises_have_a_community"),
            models.CheckConstraint(
                condition=Q(building_area__isnull=True)
                | Q(building_area__gt=0) & Q(building_area__lte=LARGEST_AREA),
                name="premises_building_area_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        """The address as it stands on paper: 文化路128号 阳光家园5号楼2单元301室."""
        street = f"{self.street} " if self.street else ""
        return f"{street}{self.community}{self.door_in_words}"

    @property
    def door_in_words(self) -> str:
        building = f"{self.building}号楼" if self.building.isascii() and self.building else self.building
        unit = f"{self.unit}单元" if self.unit.isascii() and self.unit else self.unit
        room = f"{self.room}室" if self.room.isascii() and self.room else self.room
        return f"{building}{unit}{room}"
