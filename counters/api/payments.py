from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.refusals import RefusalSerializer
from accounts.models import Account, Staff
from accounts.models.organisation import in_current_language
from billing.business_date import business_date_of
from billing.models import Payment
from billing.queries.due import prepaid_of, what_is_due
from billing.services.previews import Preview, preview_payment
from billing.services.refusals import PaymentRefused
from counters.api.serializers import (
    DueSerializer,
    PaymentRequestSerializer,
    PaymentSerializer,
    PreviewSerializer,
    VoidRequestSerializer,
)
from counters.models import Shift
from counters.queries.shifts import open_shift_of
from counters.services.payments import take_payment_at_counter, void_payment_at_counter
from counters.services.shifts import ShiftRefused

READ_REFUSALS = {
    403: OpenApiResponse(RefusalSerializer, "Not for this person."),
    404: OpenApiResponse(RefusalSerializer, "No such thing here."),
    503: OpenApiResponse(RefusalSerializer, "The books are busy; ask what became of the request."),
}
REFUSALS = READ_REFUSALS | {
    400: OpenApiResponse(RefusalSerializer, "The request is not well formed."),
    415: OpenApiResponse(RefusalSerializer, "The request is not called JSON."),
    422: OpenApiResponse(RefusalSerializer, "Refused; nothing was written."),
}


class MayTakePayment(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.has_perm("billing.take_payment"))


class CounterView(APIView):
    """An endpoint for a cashier."""

    permission_classes = (MayTakePayment,)

    @property
    def staff(self) -> Staff:
        assert isinstance(self.request.user, Staff)
        return self.request.user

    def account(self, account_no: str) -> Account:
        account = Account.objects.visible_to(self.staff).filter(account_no=account_no).first()
        if account is None:
            raise PaymentRefused(_("There is no such account here."), code="unknown_account")
        return account

    def shift(self) -> Shift:
        shift = open_shift_of(self.staff)
        if shift is None:
            raise ShiftRefused(_("Open a shift first."), code="not_open")
        return shift

    def own_payment(self, request_id: UUID) -> Payment:
        """A payment this person took. Somebody else's does not exist here."""
        payment = (
            Payment.objects.filter(request_id=request_id, taken_by=self.staff)
            .select_related("account", "receipt", "reversal")
            .first()
        )
        if payment is None:
            raise Http404(_("No payment has this request number."))
        return payment


class DueView(CounterView):
    """What an account owes today, bill by bill."""

    @extend_schema(operation_id="account_due", responses={200: DueSerializer, **READ_REFUSALS})
    def get(self, request: Request, account_no: str) -> Response:
        due = what_is_due(account_no, staff=self.staff, on=business_date_of(timezone.now()))
        if due is None:
            raise PaymentRefused(_("There is no such account here."), code="unknown_account")
        answer = {
            "account_no": due.account.account_no,
            "name": due.account.customer.name,
            "address": due.account.premises.address,
            "state": due.account.state,
            "prepaid": prepaid_of(due.account),
            "principal": due.principal,
            "late_charge": due.late_charge,
            "bills": [
                {
                    "bill": one.bill.pk,
                    "number": one.bill.number,
                    "title": one.bill.title,
                    "due_on": one.bill.due_on,
                    "is_overdue": one.is_overdue,
                    "principal": one.debt.principal,
                    "late_charge": one.debt.late_charge,
                    "late_charge_sentence": in_current_language(
                        one.debt.late_charge_sentence, one.debt.late_charge_sentence_en
                    ),
                    "lines": [
                        in_current_language(line.sentence, line.sentence_en) for line in one.bill.lines.all()
                    ],
                }
                for one in due.own_bills
            ],
        }
        return Response(DueSerializer(answer).data)


class PreviewView(CounterView):
    """What a payment would do, before anybody confirms it. Writes nothing."""

    @extend_schema(
        operation_id="payment_preview",
        request=PaymentRequestSerializer,
        responses={200: PreviewSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        asked = PaymentRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        account = self.account(asked.validated_data["account_no"])
        on = business_date_of(timezone.now())
        preview = preview_payment(asked.request_for(account), on=on, asked_by=self.staff)
        return Response(PreviewSerializer(_preview(preview)).data)


def _preview(preview: Preview) -> dict[str, object]:
    return {
        "lines": [
            {
                "bill": share.debt.bill_id,
                "title": preview.bills[share.debt.bill_id].title,
                "principal": share.principal,
                "late_charge": share.late_charge,
                "sentence": in_current_language(
                    share.debt.late_charge_sentence, share.debt.late_charge_sentence_en
                ),
            }
            for share in preview.plan.shares
        ],
        "to_pay": preview.to_pay,
        "credit_used": preview.credit_used,
        "deposit": preview.deposit,
        "change": preview.change,
        "refusal": {"code": preview.refusal.code, "detail": preview.refusal.messages[0]}
        if preview.refusal
        else None,
    }


class PaymentsView(CounterView):
    """Take a payment at the window of the open shift.

    The same `request_id` with the same content answers the same payment, however often it is sent.
    """

    @extend_schema(
        operation_id="payment_take",
        request=PaymentRequestSerializer,
        responses={200: PaymentSerializer, 201: PaymentSerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        asked = PaymentRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        account = self.account(asked.validated_data["account_no"])
        now = timezone.now()
        payment = take_payment_at_counter(
            asked.request_for(account), shift=self.shift(), taken_by=self.staff, at=now
        )
        found = self.own_payment(payment.request_id)
        return Response(PaymentSerializer(found).data, status=201 if payment.taken_at == now else 200)


class PaymentView(CounterView):
    """What became of a request whose answer was lost."""

    @extend_schema(operation_id="payment_find", responses={200: PaymentSerializer, **READ_REFUSALS})
    def get(self, request: Request, request_id: UUID) -> Response:
        return Response(PaymentSerializer(self.own_payment(request_id)).data)


class VoidView(CounterView):
    """Undo an own payment of the open shift; `request_id` in the body is that of the void."""

    @extend_schema(
        operation_id="payment_void",
        request=VoidRequestSerializer,
        responses={200: PaymentSerializer, **REFUSALS},
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        asked = VoidRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        payment = self.own_payment(request_id)
        void_payment_at_counter(
            payment,
            shift=self.shift(),
            request_id=data["request_id"],
            reason=data["reason"],
            note=data["note"],
            voided_by=self.staff,
            at=timezone.now(),
        )
        return Response(PaymentSerializer(self.own_payment(request_id)).data)
