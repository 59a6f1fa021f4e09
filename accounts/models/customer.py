from django.db import models
from django.db.models import Q
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Customer(models.Model):
    """The person or unit that the company has a contract with."""

    class Kind(models.TextChoices):
        PERSON = "PERSON", _("person")
        UNIT = "UNIT", pgettext_lazy("customer", "unit")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PERSON)
    name = models.CharField(pgettext_lazy("customer", "name"), max_length=100)
    name_initials = models.CharField(_("pinyin initials"), max_length=100, blank=True, editable=False)
    id_number = models.CharField(_("ID number"), max_length=18, blank=True)
    unified_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    low_income_no = models.CharField(_("low-income certificate"), max_length=40, blank=True)
    low_income_until = models.DateField(_("low-income certificate valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("reveal_personal_data", "Can see full ID numbers and phones, with a reason")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A telephone number at which a customer can be reached."""

    class Kind(models.TextChoices):
        MOBILE = "MOBILE", _("mobile")
        LANDLINE = "LANDLINE", _("landline")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MOBILE)
    phone = models.CharField(_("phone"), max_length=20)
    tail = models.GeneratedField(
        expression=Right("phone", 4), output_field=models.CharField(max_length=4), db_persist=True
    )
    is_wrong = models.BooleanField(_("known to be wrong"), default=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("is_wrong", "id")
        constraints = [
            models.UniqueConstraint(fields=["customer", "phone"], name="contact_is_kept_once_per_customer"),
            models.CheckConstraint(
                condition=Q(phone__regex=r"^[0-9]{3,4}-?[0-9]{7,8}$"), name="contact_phone_is_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} …{self.phone[-4:]}"
