"""The OpenAPI document is what the endpoints do: requests made up from it, and against it, find no fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, positive_data_acceptance

from accounts.models import Staff
from billing.models import Reversal
from config.wsgi import application
from counters.services.reader_jobs import ask_reader, take_job
from counters.services.reader_tokens import issue_reader_token
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, cash, pay
from tests.gas import make_reader_window, make_unwritten_card
from tests.hall import Hall, signed_in

pytestmark = pytest.mark.django_db

EXAMPLES = 12
OPERATIONS = {
    "accounts_search", "account_due", "payment_preview", "payment_take", "payment_find", "payment_void",
}  # fmt: skip
# Those of the program at a window, which has a token and no cookie.
OF_A_WINDOW = {"reader_next", "reader_card", "reader_written"}

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
    # Who pays for another settles bills and nothing else: most made-up payments would be refused.
    asked["payer"]["enum"] = [None]
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
    client = signed_in(staff, enforce_csrf_checks=True)
    client.get("/no-such-page/")  # every page brings the token, this one to everybody
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    headers = {"X-CSRFToken": cookies["csrftoken"]}
    return send_as({"headers": headers, "cookies": cookies}, known, operation_id, mode)


def send_as(who: dict[str, Any], known: dict[str, Any], operation_id: str, mode: GenerationMode) -> set[int]:
    schema = schemathesis.openapi.from_dict(known)
    schema.app = application
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
        answer = case.call(**who)
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

        assert set(operations) == OPERATIONS | OF_A_WINDOW

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

    @pytest.mark.parametrize(
        ("operation_id", "mode"),
        [
            # It has neither a body nor a number in its address: there is nothing to get wrong.
            ("reader_next", GenerationMode.POSITIVE),
            *product(["reader_card", "reader_written"], GenerationMode),
        ],
    )
    def test_is_what_the_program_at_a_window_meets(
        self, hall: Hall, operation_id: str, mode: GenerationMode
    ) -> None:
        cache.clear()
        card = make_unwritten_card(hall.branch)
        window = make_reader_window(hall.branch)
        token = issue_reader_token(window, issued_by=make_staff(role="administrator"), at=MORNING)
        job = ask_reader(window, card=card, asked_by=hall.cashier, at=MORNING)
        take_job(window, at=MORNING)
        known = document()
        for path in known["paths"].values():
            for operation in path.values():
                operation.pop("security", None)
                for parameter in operation.get("parameters", ()):
                    if parameter["name"] == "job":
                        parameter["schema"]["enum"] = [job.pk]

        statuses = send_as({"headers": {"Authorization": f"Window {token}"}}, known, operation_id, mode)

        assert max(statuses) < 500
        assert mode.is_negative or statuses & {200, 204, 422}
