"""What each household has proved, as the rating engine takes it. One query, whatever the number of accounts."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Account, HouseholdEvidence

SIZE = HouseholdEvidence.Kind.HOUSEHOLD_SIZE.value
LOW_INCOME = HouseholdEvidence.Kind.LOW_INCOME.value
ONE_DAY = datetime.timedelta(days=1)
# A bill speaks of evidence that ended within the tier year before it.
REMEMBERED = datetime.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence: from its first to its last day, both included."""

    pk: int
    kind: str
    document: str
    persons: int | None
    first: datetime.date
    last: datetime.date

    def as_json(self) -> dict[str, Any]:
        return {
            "evidence": self.pk,
            "kind": self.kind,
            "document": self.document,
            "persons": self.persons,
            "from": self.first.isoformat(),
            "until": self.last.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Household:
    """How many live there, by default and as proved, and whether the income is low: on any day."""

    persons: int
    proofs: tuple[Proof, ...] = ()

    def proof_on(self, kind: str, day: datetime.date) -> Proof | None:
        return next((one for one in self.proofs if one.kind == kind and one.first <= day <= one.last), None)

    def ended_before(self, kind: str, day: datetime.date) -> Proof | None:
        """The evidence that counted last, where none counts on the day."""
        if self.proof_on(kind, day) is not None:
            return None
        ended = [one for one in self.proofs if one.kind == kind and day - REMEMBERED <= one.last < day]
        return max(ended, key=lambda one: one.last, default=None)

    def has_low_income_on(self, day: datetime.date) -> bool:
        return self.proof_on(LOW_INCOME, day) is not None

    def persons_history(self) -> tuple[tuple[datetime.date, int], ...]:
        """Each change of the size as the engine reads it: what was proved, then what is on file again."""
        if not self.proofs:
            return ()
        changes: dict[datetime.date, int] = {}
        for one in self.proofs:
            if one.kind == SIZE and one.persons is not None:
                changes[one.first] = one.persons
                changes[one.last + ONE_DAY] = self.persons
        # Evidence that follows without a gap wins over the end of the one before it.
        changes.update({one.first: one.persons for one in self.proofs if one.kind == SIZE and one.persons})
        return tuple(sorted(changes.items()))

    def basis(self, day: datetime.date) -> dict[str, Any]:
        """What a bill keeps of it: the evidence that counted on the day, and what has just ended."""
        if not self.proofs:
            return {}
        counted = [one for kind in (SIZE, LOW_INCOME) if (one := self.proof_on(kind, day))]
        ended = [one for kind in (SIZE, LOW_INCOME) if (one := self.ended_before(kind, day))]
        basis: dict[str, Any] = {}
        if counted:
            basis["evidence"] = [one.as_json() for one in counted]
        if ended:
            basis["evidence_ended"] = [one.as_json() for one in ended]
        return basis


def household_of(account: Account) -> Household:
    """The household of one account. One query."""
    return household_from(account, account.evidence.all())


def household_from(account: Account, evidence: Iterable[HouseholdEvidence]) -> Household:
    return Household(account.persons, _proofs(evidence).get(account.pk, ()))


def proofs_of(account_ids: Sequence[int], on: datetime.date) -> Mapping[int, tuple[Proof, ...]]:
    """The evidence of each account, oldest first, as far back as a bill made about the day speaks of it."""
    return _proofs(
        HouseholdEvidence.objects.filter(
            account_id__in=account_ids, valid_until__gte=on - 3 * REMEMBERED
        ).order_by("valid_from", "id")
    )


def _proofs(evidence: Iterable[HouseholdEvidence]) -> Mapping[int, tuple[Proof, ...]]:
    """What counted on any day; evidence that was withdrawn from its first day on never did."""
    found: dict[int, list[Proof]] = defaultdict(list)
    for row in evidence:
        if row.last_day >= row.valid_from:
            found[row.account_id].append(
                Proof(row.pk, row.kind, row.document, row.persons, row.valid_from, row.last_day)
            )
    return {account_id: tuple(proofs) for account_id, proofs in found.items()}
