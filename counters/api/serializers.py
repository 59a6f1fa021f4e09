"""The shape of what the payment endpoints read and answer. Truth is for the verbs to check."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.refusals import RefusalSerializer
from accounts.models import Account
from billing.models import Payment, Tender
from billing.money import AmountRefused, parse_amount
from billing.services.offers import LONGEST_REFERENCE, MOST_TENDERS, PaymentRequest, TenderOffer
from counters.forms.payment import AMOUNT_SENTENCES, COUNTER_METHODS
from counters.queries.receipt_text import taken_sentence

MOST_BILLS = 200
LARGEST_ID = 2**63 - 1
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$", "example": "128.50"})
class AmountField(serializers.Field[Decimal, str, str, Any]):
    """Yuan as a JSON string; numbers are refused, they have lost their fen before they arrive."""

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str):
            raise serializers.ValidationError(str(AMOUNT_SENTENCES["not_money"]), code="not_money")
        try:
            return parse_amount(data)
        except AmountRefused as refusal:
            raise serializers.ValidationError(
                str(AMOUNT_SENTENCES[refusal.code]), code=refusal.code
            ) from refusal

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.2f}"


class TextField(serializers.CharField):
    """A JSON string and nothing that only looks like one; no control characters."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not data.isprintable():
            self.fail("invalid")
        return super().to_internal_value(data)


class RequestIdField(serializers.UUIDField):
    """A UUID as it is written; a number or a UUID in braces would be found under another address."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """true or false; "yes" is a word."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class IdField(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class TenderSerializer(serializers.Serializer[TenderOffer]):
    method = serializers.ChoiceField(choices=[(one.value, one.label) for one in COUNTER_METHODS])
    amount = AmountField()
    reference = TextField(max_length=LONGEST_REFERENCE, allow_blank=True, default="")


class PaymentRequestSerializer(serializers.Serializer[PaymentRequest]):
    request_id = RequestIdField()
    account_no = TextField(max_length=20)
    bills = serializers.ListField(child=IdField(min_value=1, max_value=LARGEST_ID), max_length=MOST_BILLS)
    tenders = serializers.ListField(child=TenderSerializer(), max_length=MOST_TENDERS)
    keep_change_as_credit = FlagField(default=False)
    # The third party whose money it is; nothing where the customers pay themselves.
    payer = IdField(min_value=1, max_value=LARGEST_ID, allow_null=True, default=None)

    def request_for(self, account: Account) -> PaymentRequest:
        data = self.validated_data
        return PaymentRequest(
            data["request_id"],
            account.pk,
            tuple(data["bills"]),
            tuple(TenderOffer(one["method"], one["amount"], one["reference"]) for one in data["tenders"]),
            data["keep_change_as_credit"],
            payer_id=data["payer"],
        )


class ShareSerializer(serializers.Serializer[Mapping[str, Any]]):
    bill = serializers.IntegerField()
    title = serializers.CharField()
    principal = AmountField()
    late_charge = AmountField()
    sentence = serializers.CharField(allow_blank=True)


class PreviewSerializer(serializers.Serializer[Mapping[str, Any]]):
    lines = ShareSerializer(many=True)
    to_pay = AmountField()
    credit_used = AmountField()
    deposit = AmountField()
    change = AmountField()
    refusal = RefusalSerializer(allow_null=True)


class TakenTenderSerializer(serializers.ModelSerializer[Tender]):
    class Meta:
        model = Tender
        fields = ("method", "amount", "reference")


class PaymentSerializer(serializers.Serializer[Payment]):
    """A payment that was taken, as the cashier's page announces it."""

    request_id = serializers.UUIDField()
    account_no = serializers.CharField(source="account.account_no")
    receipt_number = serializers.CharField(source="receipt.number")
    receipt_url = serializers.SerializerMethodField()
    print_url = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    business_date = serializers.DateField()
    taken_at = serializers.DateTimeField()
    tenders = TakenTenderSerializer(many=True)
    allocated = AmountField()
    credited = AmountField()
    change = AmountField(source="change_given")
    is_reversed = serializers.SerializerMethodField()

    def get_receipt_url(self, payment: Payment) -> str:
        return reverse("counters:receipt", args=[payment.receipt.number])

    def get_print_url(self, payment: Payment) -> str:
        return reverse("counters:print_receipt", args=[payment.receipt.number])

    def get_message(self, payment: Payment) -> str:
        return taken_sentence(payment)

    def get_is_reversed(self, payment: Payment) -> bool:
        return hasattr(payment, "reversal")


class VoidRequestSerializer(serializers.Serializer[Mapping[str, Any]]):
    request_id = RequestIdField()
    reason = TextField(max_length=20)
    note = TextField(max_length=200, allow_blank=True, default="")


class DueBillSerializer(serializers.Serializer[Mapping[str, Any]]):
    bill = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    is_overdue = serializers.BooleanField()
    principal = AmountField()
    late_charge = AmountField()
    late_charge_sentence = serializers.CharField(allow_blank=True)
    lines = serializers.ListField(child=serializers.CharField())


class DueSerializer(serializers.Serializer[Mapping[str, Any]]):
    account_no = serializers.CharField()
    name = serializers.CharField()
    address = serializers.CharField()
    state = serializers.CharField()
    prepaid = AmountField()
    principal = AmountField()
    late_charge = AmountField()
    bills = DueBillSerializer(many=True)
