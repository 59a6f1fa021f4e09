from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import staff_of
from accounts.admin_rights import LookOnly, NothingIsDeleted, TabularInline
from billing.forms.tariff_editor import TariffForm, TariffVersionForm
from billing.models import AllocationPolicy, LateChargeRule, Tariff, TariffVersion
from billing.queries.tariff_page import state_words
from billing.services.tariff_terms import change_tariff, create_tariff
from billing.services.tariffs import change_tariff_version, draft_tariff_version


class _StateAndPage:
    """Where a version stands, and the way to its page."""

    @admin.display(description=_("state"))
    def state_word(self, version: TariffVersion) -> str:
        return state_words(version, timezone.localdate())

    @admin.display(description=_("preview and approval"))
    def page_link(self, version: TariffVersion) -> SafeString | str:
        if not version.made_by_id:
            return "–"
        return format_html('<a href="{}">{}</a>', version.get_absolute_url(), _("Open the page"))


class TariffVersionRows(_StateAndPage, TabularInline[TariffVersion, Tariff]):
    model = TariffVersion
    extra = 0
    can_delete = False
    view_on_site = False
    fields = ("effective_from", "effective_until", "state_word", "made_by", "approved_by", "page_link")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Tariff)
class TariffAdmin(NothingIsDeleted):
    """The tariff around the prices. Its terms are fixed once a version is approved."""

    form = TariffForm  # type: ignore[assignment]  # the stubs know no narrower form
    list_display = ("code", "__str__", "service", "branch", "kind_word", "due_days")
    list_filter = ("service", "branch")
    search_fields = ("code", "name", "name_en")
    inlines = (TariffVersionRows,)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, tariff: Tariff) -> str:
        return tariff.kind_word

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None and obj.versions.approved().exists():
            return ("code", "service", "branch", "kind_word", "rules")
        return ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        is_fixed = "kind_word" in self.get_readonly_fields(request, obj)
        kind = "kind_word" if is_fixed or not self._may_write(request, obj) else "kind"
        return ("code", "name", "name_en", "service", "branch", kind, "rules", "source", "due_days")

    def _may_write(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            change_tariff(obj, changed_by=staff_of(request), at=timezone.now())
        else:
            create_tariff(obj, made_by=staff_of(request), at=timezone.now())


@admin.register(TariffVersion)
class TariffVersionAdmin(_StateAndPage, NothingIsDeleted):
    """Drafts are written here; they are submitted and approved on their own page."""

    form = TariffVersionForm  # type: ignore[assignment]  # the stubs know no narrower form
    list_display = (
        "tariff", "effective_from", "effective_until", "state_word", "made_by", "approved_by", "page_link"
    )  # fmt: skip
    list_filter = ("tariff__service",)
    list_select_related = ("tariff", "made_by", "approved_by")
    fields = ("tariff", "effective_from", "prices", "state_word", "sent_back", "page_link")
    view_on_site = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        always = ("state_word", "sent_back", "page_link")
        return always if obj is None else ("tariff", *always)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version begins as a copy of the newest one of its tariff."""
        tariff = request.GET.get("tariff", "")
        is_key = tariff.isdecimal() and len(tariff) < 10
        versions = TariffVersion.objects.filter(tariff_id=int(tariff) if is_key else 0)
        newest = versions.order_by("-effective_from").first()
        return {"tariff": tariff, "prices": newest.prices if newest is not None else None}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        content = {"effective_from": obj.effective_from, "prices": obj.prices, "at": timezone.now()}
        if change:
            change_tariff_version(obj, changed_by=staff_of(request), **content)
        else:
            obj.pk = draft_tariff_version(obj.tariff, made_by=staff_of(request), **content).pk

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> Any:
        """Straight to the page with the preview, where it can be submitted."""
        return self._to_page(super().response_add(request, obj, post_url_continue), request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        return self._to_page(super().response_change(request, obj), request, obj)

    def _to_page(self, answer: Any, request: HttpRequest, obj: Any) -> Any:
        if "_continue" in request.POST or "_addanother" in request.POST:
            return answer
        answer["Location"] = reverse("billing:tariff_version", args=[obj.pk])
        return answer


@admin.register(LateChargeRule)
class LateChargeRuleAdmin(LookOnly):
    list_display = (
        "service", "branch", "effective_from", "effective_until", "terms", "made_by", "approved_by"
    )  # fmt: skip
    list_select_related = ("branch", "made_by", "approved_by")


@admin.register(AllocationPolicy)
class AllocationPolicyAdmin(LookOnly):
    list_display = ("effective_from", "within_bill", "uses_credit")
