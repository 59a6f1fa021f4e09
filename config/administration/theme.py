"""How the administration looks: the settings of its theme (docs/dashboard.md)."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _


def without_inline_colours(request: HttpRequest) -> dict[str, Any]:
    """The colours stand in admin.css: the theme would write them into the page, where no style may stand."""
    return {"colors": {}}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Nuanchuang"),
    "SITE_HEADER": _("Nuanchuang · Administration"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("nuanchuang/favicon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("nuanchuang/favicon.svg"),
        }
    ],
    # Light only: the hall's screens are light.
    "THEME": "light",
    "SHOW_LANGUAGES": True,
    "GLOBAL_CALLBACK": "config.administration.theme.without_inline_colours",
    "DASHBOARD_CALLBACK": "config.dashboard.page.add_dashboard",
    "STYLES": [
        lambda request: static("nuanchuang/tokens.css"),
        lambda request: static("nuanchuang/admin.css"),
    ],
    "SIDEBAR": {
        "show_search": True,
        "navigation": "config.administration.navigation.groups_of",
    },
}
