from accounts.models.account import Account, AccountStateChange
from accounts.models.audit import AuditEntry
from accounts.models.customer import Contact, Customer
from accounts.models.district_owner import DistrictOwner
from accounts.models.evidence import HouseholdEvidence
from accounts.models.job_run import JobRun
from accounts.models.organisation import Branch, District
from accounts.models.premises import Premises
from accounts.models.search import SearchEntry
from accounts.models.staff import Staff
from accounts.models.working_calendar import CalendarDay, WorkingCalendar

__all__ = [
    "Account",
    "AccountStateChange",
    "AuditEntry",
    "Branch",
    "CalendarDay",
    "Contact",
    "Customer",
    "District",
    "DistrictOwner",
    "HouseholdEvidence",
    "JobRun",
    "Premises",
    "SearchEntry",
    "Staff",
    "WorkingCalendar",
]
