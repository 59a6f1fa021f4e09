"""Money that another paid goes back to that payer, and never becomes the customer's prepaid credit."""

from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.models import Allocation, ThirdPartyPayer
from billing.services.refusals import CorrectionRefused, PaymentRefused


def other_payers(bill_ids: Collection[int]) -> dict[int, str]:
    """Who else than the customer has paid on these bills. One query."""
    shares = _shares_of_others().filter(bill_id__in=bill_ids)
    return dict(shares.order_by("pk").values_list("bill_id", "payment__third_party__payer__name"))


def check_payer(payer_id: int, asked_by: Staff) -> None:
    """Refuse a payer whom this person cannot see. Code: unknown_payer."""
    payer = ThirdPartyPayer.objects.filter(pk=payer_id).first()
    if payer is None or not asked_by.sees_branch(payer.branch_id):
        raise PaymentRefused(_("There is no such payer here."), code="unknown_payer")


def paid_by_another() -> Exists:
    """The same as a condition on bills."""
    return Exists(_shares_of_others().filter(bill=OuterRef("pk")))


def check_no_other_payer(bill_id: int, payers: Mapping[int, str] | None = None) -> None:
    """Refuse what would turn another's money into the customer's credit. Code: paid_by_another."""
    payer = (other_payers([bill_id]) if payers is None else payers).get(bill_id)
    if payer:
        raise CorrectionRefused(
            _("%(payer)s paid on this bill. Undo that payment first: the money goes back to the payer."),
            code="paid_by_another",
            params={"payer": payer},
        )


def _shares_of_others() -> QuerySet[Allocation]:
    shares: QuerySet[Allocation] = Allocation.objects.filter(
        payment__third_party__isnull=False, payment__reversal__isnull=True
    )
    return shares
