"""What of donations is neither given nor proposed; what was undone lies in the pot again."""

from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from billing.models import Donation, DonationGrant
from billing.models.amount import MoneyField
from billing.money import NO_MONEY

State = DonationGrant.State
_TAKEN = Q(grants__state__in=[State.PROPOSED, State.APPROVED], grants__payment__reversal__isnull=True)
_SUM_TAKEN = Coalesce(Sum("grants__amount", filter=_TAKEN), NO_MONEY, output_field=MoneyField())
_LEFT = Case(
    When(reversal__isnull=False, then=Value(NO_MONEY)),
    default=F("amount") - _SUM_TAKEN,
    output_field=MoneyField(),
)


def with_what_is_left(donations: QuerySet[Donation]) -> QuerySet[Donation]:
    """Each donation with its `left`: nothing where it was taken back."""
    return donations.annotate(left=_LEFT)


def left_of(donation: Donation, *, besides: DonationGrant | None = None) -> Decimal:
    """What of a donation is left, as if one proposed grant were not there."""
    found = Donation.objects.filter(pk=donation.pk).annotate(left=_LEFT)
    left: Decimal = found.values_list("left", flat=True).get()
    return left + besides.amount if besides is not None else left
