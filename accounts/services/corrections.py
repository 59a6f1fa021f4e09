from django.db import transaction

from accounts.door import door_key
from accounts.models import Customer, Premises
from accounts.pinyin import initials


@transaction.atomic
def correct_customer(customer: Customer) -> None:
    """Keep what was corrected about a customer, with the initials that a new name is found by."""
    customer.name_initials = initials(customer.name)
    customer.save()


@transaction.atomic
def correct_premises(premises: Premises) -> None:
    """Keep a corrected address, with the initials and the door that it is found by."""
    premises.community_initials = initials(premises.community)
    premises.door = door_key(premises.building, premises.unit, premises.room)
    premises.save()
