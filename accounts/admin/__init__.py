from accounts.admin import accounts, audit, customers, organisation, premises, staff

__all__ = ["accounts", "audit", "customers", "organisation", "premises", "staff"]
