from billing.models import Donation, Tender


def is_reference_used(method: str, reference: str) -> bool:
    """Whether a slip or an order has paid already, into the pot of donations or by a payment, and that stands.

    One query.
    """
    tenders = Tender.objects.filter(method=method, reference=reference, payment__reversal__isnull=True)
    donations = Donation.objects.filter(method=method, reference=reference, reversal__isnull=True)
    return tenders.order_by().values("pk").union(donations.order_by().values("pk"), all=True).exists()
