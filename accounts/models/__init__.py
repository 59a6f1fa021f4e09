from accounts.models.account import Account, AccountStateChange
from accounts.models.audit import AuditEntry
from accounts.models.customer import Contact, Customer
from accounts.models.evidence import HouseholdEvidence
from accounts.models.organisation import Branch, District
from accounts.models.premises import Premises
from accounts.models.search import SearchEntry
from accounts.models.staff import Staff

__all__ = [
    "Account",
    "AccountStateChange",
    "AuditEntry",
    "Branch",
    "Contact",
    "Customer",
    "District",
    "HouseholdEvidence",
    "Premises",
    "SearchEntry",
    "Staff",
]
