"""What exists for a person, where the row itself does not name its branch."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Account, Branch, Customer, District, Premises, Staff


def branches_seen_by(staff: Staff) -> QuerySet[Branch]:
    if staff.has_perm("accounts.see_every_branch"):
        return Branch.objects.all()
    return Branch.objects.filter(pk=staff.branch_id or 0)


def districts_seen_by(staff: Staff) -> QuerySet[District]:
    return District.objects.filter(branch__in=branches_seen_by(staff))


def premises_seen_by(staff: Staff) -> QuerySet[Premises]:
    return Premises.objects.filter(district__in=districts_seen_by(staff))


def customers_seen_by(staff: Staff) -> QuerySet[Customer]:
    """The customers with an account in the branch. One without any account belongs to nobody yet."""
    if staff.has_perm("accounts.see_every_branch"):
        return Customer.objects.all()
    accounts = Account.objects.visible_to(staff).filter(customer=OuterRef("pk"))
    return Customer.objects.filter(Exists(accounts))
