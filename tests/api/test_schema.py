"""The OpenAPI document is what the endpoints do: requests made up from it, and against it, find no fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, positive_data_acceptance

from accounts.models import Staff
from billing.models import Reversal
from config.wsgi import application
from tests.factories.accounts import make_staff
from tests.factories.counters import cash, pay
from tests.hall import Hall, signed_in

pytestmark = pytest.mark.django_db

EXAMPLES = 12
OPERATIONS = {
    "accounts_search", "account_due", "payment_preview", "payment_take", "payment_find", "payment_void",
}  # fmt: skip

# What is well formed may still be refused; a damaged address is no address of the API, and answered by a page.
EXCLUDED: dict[GenerationMode, list[Any]] = {
    GenerationMode.POSITIVE: [positive_data_acceptance],
    GenerationMode.NEGATIVE: [content_type_conformance],
}


def document() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def document_that_knows(hall: Hall, payment_key: str) -> dict[str, Any]:
    """The document with the numbers that exist in it: invented ones would never get past the 404."""
    known = document()
    asked = known["components"]["schemas"]["PaymentRequest"]["properties"]
    asked["account_no"]["enum"] = [hall.account.account_no, hall.foreign_account.account_no]
    asked["bills"]["items"]["enum"] = [hall.bill.pk]
    tender = known["components"]["schemas"]["Tender"]["properties"]
    tender["amount"]["enum"], tender["reference"]["enum"] = ["1.00", "104.00"], ["T1", "T2"]
    known["components"]["schemas"]["VoidRequest"]["properties"]["reason"]["enum"] = Reversal.Reason.values
    for path in known["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "account_no":
                    parameter["schema"]["enum"] = asked["account_no"]["enum"]
                elif parameter["name"] == "request_id":
                    parameter["schema"]["enum"] = [payment_key]
            # Who may is the business of test_who_may.py; here the cookie is always the right one.
            operation.pop("security", None)
    return known


def send_everything(staff: Staff, known: dict[str, Any], operation_id: str, mode: GenerationMode) -> set[int]:
    """Send made-up requests as this person; any answer the document does not foresee is raised."""
    schema = schemathesis.openapi.from_dict(known)
    schema.app = application
    client = signed_in(staff, enforce_csrf_checks=True)
    client.get("/no-such-page/")  # every page brings the token, this one to everybody
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    operation = schema.find_operation_by_id(operation_id)
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        answer = case.call(headers={"X-CSRFToken": cookies["csrftoken"]}, cookies=cookies)
        statuses.add(answer.status_code)
        case.validate_response(answer, excluded_checks=EXCLUDED[mode])

    with one_connection():
        send()
    return statuses


@contextmanager
def one_connection() -> Iterator[None]:
    """The application closes connections between requests; this one holds the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(hall: Hall) -> str:
    return str(pay(hall.shift, hall.account, [], cash("5.00"), keep_as_credit=True).request_id)


class TestTheDocument:
    def test_names_every_operation(self) -> None:
        operations = [one["operationId"] for path in document()["paths"].values() for one in path.values()]

        assert set(operations) == OPERATIONS

    @pytest.mark.parametrize("mode", GenerationMode)
    @pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
    def test_is_what_a_cashier_meets(
        self, hall: Hall, key: str, operation_id: str, mode: GenerationMode
    ) -> None:
        statuses = send_everything(hall.cashier, document_that_knows(hall, key), operation_id, mode)

        assert max(statuses) < 500
        assert mode.is_negative or statuses & {200, 201}

    @pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
    def test_is_what_somebody_without_rights_meets(self, hall: Hall, key: str, operation_id: str) -> None:
        nobody = make_staff(role="", branch=hall.branch)

        statuses = send_everything(
            nobody, document_that_knows(hall, key), operation_id, GenerationMode.POSITIVE
        )

        # The body is read, for the token may stand in it, before anybody asks who sent it.
        assert statuses <= {400, 403}
        assert 403 in statuses
