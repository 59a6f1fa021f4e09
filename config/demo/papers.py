"""What households have shown at the window: registers of large families, low-income certificates."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from accounts.copying import copy_rows
from accounts.models import HouseholdEvidence
from accounts.models.account import Category
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import ONE_DAY, History
from config.demo.households import Household
from config.demo.visits import at_time

# Thresholds rise with the fifth person.
LARGE = 5
A_YEAR = datetime.timedelta(days=365)
# Some papers ended in the last weeks, some end in the next: both are asked for at the counter.
_FIRST_SHOWN, _LAST_SHOWN = 390, 20

_EVIDENCE = (
    "account_id", "kind", "persons", "document", "document_number", "holder_name", "valid_from", "valid_until",
    "recorded_at", "recorded_by_id", "withdrawn_reason",
)  # fmt: skip
Kind, Document = HouseholdEvidence.Kind, HouseholdEvidence.Document


def record_papers(
    households: Sequence[Household], company: Company, history: History, chance: Chance
) -> None:
    """One paper for each account of a household that has one, for a year from the day it was shown."""
    copy_rows("accounts_householdevidence", _EVIDENCE, _papers(households, company, history, chance))


def _papers(
    households: Sequence[Household], company: Company, history: History, chance: Chance
) -> Iterator[tuple[Any, ...]]:
    advisers = {1: company.staff["1501"].pk, 2: company.staff["1503"].pk}
    for one in households:
        if one.is_unit or (one.persons < LARGE and not one.low_income):
            continue
        first = history.on - datetime.timedelta(days=chance.randint(_LAST_SHOWN, _FIRST_SHOWN))
        branch = company.districts[one.community.district].branch_id
        adviser = advisers[1 if branch == company.branches[1].pk else 2]
        shown: list[tuple[str, int | None, str, str]] = []
        if one.persons >= LARGE:
            shown.append(
                (Kind.HOUSEHOLD_SIZE, one.persons, Document.HOUSEHOLD_REGISTER, f"沈户{chance.digits(9)}")
            )
        if one.low_income:
            shown.append(
                (Kind.LOW_INCOME, None, Document.LOW_INCOME_CERTIFICATE, f"沈低保{chance.digits(8)}")
            )
        for account in one.accounts:
            if account.category != Category.RESIDENT:
                continue
            for kind, persons, document, number in shown:
                yield (
                    account.pk, kind, persons, document, number, one.name, first, first + A_YEAR - ONE_DAY,
                    at_time(first, 10), adviser, "",
                )  # fmt: skip
