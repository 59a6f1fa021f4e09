"""Matters for tests: what is not named is an inquiry by telephone on a working morning."""

import datetime
from typing import Any
from uuid import uuid4

from accounts.models import Branch, Staff
from service_quality.models import Matter
from service_quality.services.matters.answering import answer_matter, close_matter
from service_quality.services.matters.taking import NewMatter, take_matter
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING


def new_matter(branch: Branch, **fields: Any) -> NewMatter:
    return NewMatter(
        **{
            "kind": "INQUIRY",
            "source": "PHONE",
            "text": "家里暖气不热，什么时候来看？",
            "phone": "13800001234",
            "branch": branch,
            "request_id": uuid4(),
            **fields,
        }
    )


def make_matter(by: Staff | None = None, *, at: datetime.datetime = MORNING, **fields: Any) -> Matter:
    """Taken by an adviser of a branch of its own, unless somebody is named."""
    by = by or make_staff(role="adviser", branch=fields.pop("branch", None) or make_branch())
    assert by.branch is not None
    return take_matter(new_matter(by.branch, **fields), by=by, at=at)


def make_web_matter(branch: Branch, *, at: datetime.datetime = MORNING, **fields: Any) -> Matter:
    return take_matter(new_matter(branch, **{"source": "WEB", **fields}), by=None, at=at)


def make_answered(by: Staff, *, at: datetime.datetime = MORNING, **fields: Any) -> Matter:
    return answer_matter(make_matter(by, at=at, **fields), text="已上门处理，室温二十度。", by=by, at=at)


def make_closed(by: Staff, *, at: datetime.datetime = MORNING, **fields: Any) -> Matter:
    return close_matter(make_answered(by, at=at, **fields), by=by, at=at)
