"""Ways out of the house for a text message. SMS_GATEWAY names the one in use, as EMAIL_BACKEND does for mail."""

from django.conf import settings
from django.utils.module_loading import import_string

from billing.sms.gateway import Gateway


def open_gateway() -> Gateway | None:
    """The gateway of the settings; without one the messages wait."""
    if not settings.SMS_GATEWAY:
        return None
    gateway: Gateway = import_string(settings.SMS_GATEWAY)()
    return gateway
