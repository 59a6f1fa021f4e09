"""What a bill run found: its totals, and the accounts somebody should look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, District
from billing.models.amount import LARGEST_AMOUNT, MoneyField
from billing.models.bill_run import BillRun, BillRunChunk


class BillRunTotal(models.Model):
    """What the bills of one chunk come to in one district, category, component and tier."""

    chunk = models.ForeignKey(BillRunChunk, models.CASCADE, related_name="totals", verbose_name=_("chunk"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    category = models.CharField(_("category"), max_length=30, blank=True)
    component = models.CharField(_("component"), max_length=30)
    component_name = models.CharField(_("component name"), max_length=60, blank=True)
    tier = models.PositiveSmallIntegerField(_("tier"), null=True)
    bills = models.PositiveIntegerField(_("bills"))
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=4)
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name = _("total of a bill run")
        verbose_name_plural = _("totals of bill runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=-LARGEST_AMOUNT, amount__lte=LARGEST_AMOUNT),
                name="bill_run_total_is_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.amount}"


class BillRunFinding(models.Model):
    """An account that a run could not price, or whose bill is far from what it usually is."""

    class Kind(models.TextChoices):
        UNPRICED = "UNPRICED", _("not priced")
        OUTLIER = "OUTLIER", _("unusual amount")

    # By the code of an outlier; what could not be priced brings the refusal's own sentence.
    SENTENCES = {
        "high": _("%(amount)s is more than three times the usual %(usual)s."),
        "low": _("%(amount)s is less than a third of the usual %(usual)s."),
        "zero": _("Nothing is billed, where %(usual)s is usual."),
        "limit": _("%(amount)s is above %(limit)s."),
    }

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="findings", verbose_name=_("run"))
    chunk = models.ForeignKey(BillRunChunk, models.CASCADE, related_name="findings", verbose_name=_("chunk"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    code = models.CharField(_("code"), max_length=40)
    message = models.CharField(_("message"), max_length=300, blank=True)
    params = models.JSONField(_("figures of the message"), default=dict)
    amount = MoneyField(_("amount"), null=True)
    usual = MoneyField(_("usual amount"), null=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("explained by")
    )
    explained_at = models.DateTimeField(_("explained at"), null=True)

    class Meta:
        verbose_name = _("finding of a bill run")
        verbose_name_plural = _("findings of bill runs")
        ordering = ("-amount", "id")
        indexes = [models.Index(fields=["run", "kind"], name="findings_of_a_run")]
        constraints = [
            models.CheckConstraint(
                condition=Q(explanation="", explained_by__isnull=True, explained_at__isnull=True)
                | ~Q(explanation="") & Q(explained_by__isnull=False, explained_at__isnull=False),
                name="finding_is_explained_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="UNPRICED", amount__isnull=True)
                | Q(kind="OUTLIER", amount__gte=0, amount__lte=LARGEST_AMOUNT),
                name="outlier_has_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What was found, in the language of whoever reads it."""
        if self.kind == self.Kind.UNPRICED:
            message: str = translated(self.message)
            return str(message % self.params) if self.params else message
        return str(str(self.SENTENCES[self.code]) % self.params)
