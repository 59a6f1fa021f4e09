"""Whose figures a person sees on the dashboard, and the addresses of the rows behind them."""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

from accounts.models import Staff
from billing.business_date import business_date_of

NO_BRANCH = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """The person who looks, the moment, and the branch whose figures are shown; None is the whole company."""

    staff: Staff
    at: datetime.datetime
    branch_id: int | None

    @property
    def today(self) -> datetime.date:
        return business_date_of(self.at)

    def may(self, permission: str) -> bool:
        return self.staff.has_perm(permission)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the dashboard and the address of the rows that it counts."""

    label: str
    count: int
    url: str
    amount: Any = None
    tone: str = ""
    note: str = ""


def scope_for(staff: Staff, at: datetime.datetime, asked: str = "") -> Scope:
    """A supervisor sees the own branch. Who answers for the company sees all of it, or the branch asked for."""
    if staff.post == Staff.Post.SUPERVISOR or not staff.has_perm("accounts.see_every_branch"):
        return Scope(staff, at, staff.branch_id or NO_BRANCH)
    return Scope(staff, at, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None)


def may_choose(staff: Staff) -> bool:
    return staff.post != Staff.Post.SUPERVISOR and staff.has_perm("accounts.see_every_branch")


def page(name: str, **query: Any) -> str:
    """A page of the site, filtered."""
    return _with(_address(name, get_script_prefix()), query)


def rows(model: str, **query: Any) -> str:
    """The list of one kind of row in the administration, filtered."""
    return _with(_address(f"admin:{model.replace('.', '_')}_changelist", get_script_prefix()), query)


@lru_cache
def _address(name: str, _prefix: str) -> str:
    """A page has eighty figures and a dozen lists; where one stands does not change while the process lives."""
    return reverse(name)


def _with(address: str, query: dict[str, Any]) -> str:
    asked = {name: value for name, value in query.items() if value is not None}
    return f"{address}?{urlencode(asked)}" if asked else address
