from typing import Any

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.refusals import RefusalSerializer
from accounts.masking import mask_phone
from accounts.models import Account, Staff
from accounts.queries.search import find_accounts
from accounts.search_terms import LONGEST_TEXT


class MaySeeAccounts(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.has_perm("accounts.view_account"))


class FoundAccountSerializer(serializers.Serializer[Any]):
    account_no = serializers.CharField()
    old_account_no = serializers.CharField(allow_null=True)
    name = serializers.CharField(source="customer.name")
    address = serializers.CharField(source="premises.address")
    service = serializers.CharField()
    category = serializers.CharField()
    state = serializers.CharField()
    phone_masked = serializers.SerializerMethodField()

    def get_phone_masked(self, account: Account) -> str:
        return next((mask_phone(contact.phone) for contact in account.customer.contacts.all()), "")


class AccountsView(APIView):
    """Find accounts as the search box of the counter does."""

    permission_classes = (MaySeeAccounts,)

    @extend_schema(
        operation_id="accounts_search",
        parameters=[
            OpenApiParameter(
                "q",
                str,
                description="An account number, a phone or its last four digits, a name, pinyin initials, an "
                f"address, or several of them. What stands after {LONGEST_TEXT} characters is not read.",
            )
        ],
        responses={
            200: FoundAccountSerializer(many=True),
            403: OpenApiResponse(RefusalSerializer, "Not for this person."),
            503: OpenApiResponse(RefusalSerializer, "The books are busy; ask again."),
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        assert isinstance(request.user, Staff)
        accounts = find_accounts(request.query_params.get("q", ""), staff=request.user)
        prefetch_related_objects(accounts, "customer__contacts")
        return Response(FoundAccountSerializer(accounts, many=True).data)
