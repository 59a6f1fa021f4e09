"""What a matter is called: kinds, sources, topics, severities. Limits hang on the first two."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    INQUIRY = "INQUIRY", pgettext_lazy("matter", "inquiry")
    COMPLAINT = "COMPLAINT", pgettext_lazy("matter", "complaint")
    PRAISE = "PRAISE", pgettext_lazy("matter", "praise")
    SUGGESTION = "SUGGESTION", pgettext_lazy("matter", "suggestion")
    REPAIR = "REPAIR", pgettext_lazy("matter", "repair report")
    HELP = "HELP", pgettext_lazy("matter", "request for help")


class Source(models.TextChoices):
    WINDOW = "WINDOW", pgettext_lazy("matter", "at the window")
    PHONE = "PHONE", pgettext_lazy("matter", "by telephone")
    HOTLINE = "HOTLINE", pgettext_lazy("matter", "12345 hotline")
    WEB = "WEB", pgettext_lazy("matter", "on the web page")
    LETTER = "LETTER", pgettext_lazy("matter", "by letter")
    WECHAT = "WECHAT", pgettext_lazy("matter", "by WeChat")
    LEADER = "LEADER", pgettext_lazy("matter", "visit of leaders")


class Topic(models.TextChoices):
    BILLING = "BILLING", pgettext_lazy("matter", "bill and payment")
    METERING = "METERING", pgettext_lazy("matter", "meter and reading")
    TEMPERATURE = "TEMPERATURE", pgettext_lazy("matter", "room temperature")
    SUPPLY = "SUPPLY", pgettext_lazy("matter", "supply and repair")
    ATTITUDE = "ATTITUDE", pgettext_lazy("matter", "attitude of staff")
    WAITING = "WAITING", pgettext_lazy("matter", "waiting time")
    OTHER = "OTHER", pgettext_lazy("matter", "something else")


class Severity(models.TextChoices):
    MINOR = "MINOR", pgettext_lazy("severity", "minor")
    NORMAL = "NORMAL", pgettext_lazy("severity", "normal")
    SERIOUS = "SERIOUS", pgettext_lazy("severity", "serious")
    URGENT = "URGENT", pgettext_lazy("severity", "urgent")


class Satisfaction(models.IntegerChoices):
    """The five levels, 5 the best."""

    VERY_SATISFIED = 5, pgettext_lazy("satisfaction", "very satisfied")
    SATISFIED = 4, pgettext_lazy("satisfaction", "satisfied")
    FAIRLY_SATISFIED = 3, pgettext_lazy("satisfaction", "fairly satisfied")
    DISSATISFIED = 2, pgettext_lazy("satisfaction", "dissatisfied")
    VERY_DISSATISFIED = 1, pgettext_lazy("satisfaction", "very dissatisfied")
