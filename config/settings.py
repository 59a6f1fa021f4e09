"""Settings, all from the environment (.env.example lists the variables).

Importing this file starts nothing: with no server named, it only computes where the embedded ones will
listen.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.administration import theme
from config.embedded.place import Place
from config.schedule import BEAT_SCHEDULE

# Lets Field[...], QuerySet[...] and ModelAdmin[...] be written: mypy needs the brackets, Django does not know
# them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def _text(name: str, default: str = "") -> str:
    value = os.environ.get(name, "").strip() or default
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} must be set in production.")
    return value


def _optional(name: str) -> str:
    return os.environ.get(name, "").strip()


def _list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in _text(name, default).split(",") if item.strip()]


def _flag(name: str, *, default: bool) -> bool:
    value = _optional(name).lower()
    if value not in {"", "0", "1", "false", "true"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true"} if value else default


def _bytes(name: str) -> bytes:
    try:
        return bytes.fromhex(_optional(name))
    except ValueError:
        # The value itself is a secret and stays out of the message.
        raise ImproperlyConfigured(f"{name} must be hexadecimal digits.") from None


def _number(name: str, default: int) -> int:
    value = _optional(name) or str(default)
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def _pairs(name: str) -> dict[str, str]:
    pairs = [item.strip().partition("=") for item in _optional(name).split(",") if item.strip()]
    if not all(left.strip() and right.strip() for left, _equals, right in pairs):
        raise ImproperlyConfigured(f"{name} must be written name=value, separated by commas.")
    return {left.strip(): right.strip() for left, _equals, right in pairs}


def _database(name: str, url: str) -> dict[str, Any]:
    try:
        parsed = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError) as error:
        # The URL itself holds a password and stays out of the message.
        raise ImproperlyConfigured(f"{name} is not a database address: {type(error).__name__}.") from None
    if parsed.get("ENGINE") != "django.db.backends.postgresql" or not parsed.get("NAME"):
        raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host:5432/database.")
    return {**parsed, "DISABLE_SERVER_SIDE_CURSORS": PGBOUNCER}


def _celery_address(url: str) -> str:
    """Celery spells the address of a unix socket in its own way."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?virtual_host={parse_qs(parts.query).get('db', ['0'])[0]}"


APP_ENV = _optional("APP_ENV") or "development"
if APP_ENV not in {"development", "production"}:
    raise ImproperlyConfigured(f"APP_ENV must be development or production, not {APP_ENV!r}.")
PRODUCTION = APP_ENV == "production"
DEBUG = _flag("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in production.")

SECRET_KEY = _text("SECRET_KEY", "" if PRODUCTION else "only-for-development-" + "0" * 40)
ALLOWED_HOSTS = _list("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    # The theme of the administration: before it, so that its templates and its site are the ones in use.
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "axes",
    "csp",
    "js_lib_bootstrap5",
    "accounts",
    "billing",
    "counters",
    "service_quality",
    "config",
]

MIDDLEWARE = [
    "counters.board_polls.BoardPollMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.administration.policy.AdministrationPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Default deny: a page is public only where its view says so.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.busy.BusyMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# STACK names the pair of embedded servers ("dev" for the demo company, "test" for the tests).
_place = Place.of(_optional("STACK") or "dev")
# Files that stand for gas cards where no reader is (docs/gas_cards.md); never in production.
PRACTICE_CARDS = not PRODUCTION
# The password of the cards in hexadecimal digits, at the computers of the windows alone.
GAS_CARD_KEY = _bytes("GAS_CARD_KEY")
CARD_FOLDER = _optional("CARD_FOLDER") or str(_place.home / "cards")
PGBOUNCER = _flag("PGBOUNCER", default=False)

# Messages to those who owe (docs/reaching-people.md). In production no gateway means that they wait.
SMS_GATEWAY = _optional("SMS_GATEWAY") or ("" if PRODUCTION else "billing.sms.console.ConsoleGateway")
SMS_FILE = _optional("SMS_FILE") or str(_place.home / "sms.jsonl")
SMS_ENDPOINT = _optional("SMS_ENDPOINT") or "https://dysmsapi.aliyuncs.com"
SMS_KEY_ID = _optional("SMS_KEY_ID")
SMS_SECRET = _optional("SMS_SECRET")
SMS_SIGN_NAME = _optional("SMS_SIGN_NAME")
# Our texts and the provider's approved templates: arrears_sms=SMS_154950909, separated by commas.
SMS_TEMPLATES = _pairs("SMS_TEMPLATES")
# The last part of the address at which the gateway reports deliveries; without it nobody may.
SMS_REPORT_TOKEN = _optional("SMS_REPORT_TOKEN")
# Nobody is woken: the first hour of the day in which messages leave, and the one in which none does any more.
SMS_FIRST_HOUR = _number("SMS_FIRST_HOUR", 8)
SMS_LAST_HOUR = _number("SMS_LAST_HOUR", 20)

# The address at which customers reach us, as it is printed on receipts; without it that of the page which prints.
PUBLIC_ADDRESS = _optional("PUBLIC_ADDRESS").rstrip("/")
# For how many seconds the tablet at a window asks, and for how many days a receipt can rate or give a card.
RATING_SECONDS = _number("RATING_SECONDS", 20)
RATING_DAYS = _number("RATING_DAYS", 7)
CARD_DAYS = _number("CARD_DAYS", 30)
# 5P cards among us: how many each gives in a month, and for how many days none comes back to the giver.
CARDS_PER_MONTH = _number("CARDS_PER_MONTH", 5)
CARD_LOOP_DAYS = _number("CARD_LOOP_DAYS", 30)

_embedded = not PRODUCTION and not _optional("DATABASE_URL")
DATABASE_URL = _text("DATABASE_URL", "" if PRODUCTION else _place.database_url)
DATABASE_OWNER_URL = _place.database_owner_url if _embedded else _optional("DATABASE_OWNER_URL")
REDIS_URL = _text("REDIS_URL", "" if PRODUCTION else _place.redis_url)

# One database, two sign-ins. `owner` owns the tables and is opened by `migrate` alone. `default` is the
# application: a member of nuanchuang_app, which may do only what the migrations grant it.
DATABASES = {"default": _database("DATABASE_URL", DATABASE_URL)}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = _database("DATABASE_OWNER_URL", DATABASE_OWNER_URL) | {"CONN_MAX_AGE": 0}
elif not PRODUCTION:
    # The weaker wall, for a borrowed development database with one sign-in: the application steps down to
    # nuanchuang_app by itself, and SQL injected into it could step up again.
    DATABASES["owner"] = _database("DATABASE_URL", DATABASE_URL) | {"CONN_MAX_AGE": 0}
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
        "assume_role": "nuanchuang_app"
    }
if not PGBOUNCER:
    # Nobody at a window waits longer for a lock, and no page (config/wsgi.py) longer for an answer: the counter
    # page counts on it when it says that a payment was not taken. Behind PgBouncer the role has to be given both.
    _patience = f"-c lock_timeout=3s -c statement_timeout={_optional('STATEMENT_TIMEOUT') or '0'}"
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {"options": _patience}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "config.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "nuanchuang",
    }
}

# The row is the job, the broker is a hint: a task may be lost or run twice, and every task is written for
# that.
CELERY_BROKER_URL = _celery_address(REDIS_URL)
# Longer than any task runs; Celery wants it said in both places.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_ACKS_LATE = True
# Without it acks_late still loses the task of a killed worker process.
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

AUTH_USER_MODEL = "accounts.Staff"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# The whole hall shares one address behind its router: locking by address alone would close the hall.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# Staff sign in by number, and the form still calls it username.
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_CALLABLE = "accounts.views.signing_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.visitors.visitor_address"
# How many proxies of our own stand before the application and add to X-Forwarded-For.
TRUSTED_PROXIES = _number("TRUSTED_PROXIES", 0)

# In the cookie, so that no request costs a write. One shift long.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

HTTPS = _flag("HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_TRUSTED_ORIGINS = (
    _optional("CSRF_TRUSTED_ORIGINS").split(",") if _optional("CSRF_TRUSTED_ORIGINS") else []
)
# The receipt prints from a frame of the counter's own page.
X_FRAME_OPTIONS = "SAMEORIGIN"
# It asks for DENY, unless there is a good reason: there it is.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# How the administration looks (docs/dashboard.md).
UNFOLD = theme.UNFOLD

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What people send is served by views alone, never as files of the site.
MEDIA_ROOT = Path(_optional("MEDIA_ROOT") or _place.home / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage."
        + ("ManifestStaticFilesStorage" if PRODUCTION else "StaticFilesStorage")
    },
}
# Outside production nothing has to be collected first.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.strict_json.StrictJSONParser"],
    "EXCEPTION_HANDLER": "accounts.api.refusals.refusal_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Nuanchuang",
    "DESCRIPTION": "The payment hall of a utility company: accounts, bills, payments.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _text("LOG_LEVEL", "INFO")},
    # Its own handlers would mail the administrators and print twice.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
