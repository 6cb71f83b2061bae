"""Settings that every world shares: embedded, production and test import from here."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from edu.core.client_address import parse_trusted_proxies

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("JINBANG_VAR", default=str(BASE_DIR / "var")))

# -- applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "edu.schema",
    "edu.events",
    "edu.accounts",
    "edu.notifications",
    "edu.audit",
    "edu.jobs",
    "edu.documents",
    "edu.search",
    "edu.organizations",
    "edu.access",
    "media",
    "exams",
    "payments",
    "certificates",
    "courses",
    "edu.training",
    "edu.community",
    "edu.analytics",
    "edu.website",
    "edu.operations",
    "edu.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.table_block",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "edu.accounts.wagtail_apps.OwnUsersAppConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_htmx",
    "ninja",
    "csp",
    "storages",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "edu.audit.middleware.RequestIdMiddleware",
    "edu.audit.middleware.RefusalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "edu.accounts.middleware.OwnSiteMiddleware",
    "edu.accounts.middleware.TooManyRequestsMiddleware",
    "edu.accounts.middleware.PasswordChangeMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# Saves of the exam room and answers of practice need no session, no message: wsgi.py serves them with this chain.
HOT_PATH_PREFIXES = ["/api/v1/attempts/", "/api/v1/practice/"]
HOT_PATH_MIDDLEWARE = [
    "edu.audit.middleware.RequestIdMiddleware",
    "edu.audit.middleware.RefusalMiddleware",
    "django.middleware.security.SecurityMiddleware",
]

ROOT_URLCONF = "edu.urls"
WSGI_APPLICATION = "edu.wsgi.application"
ASGI_APPLICATION = "edu.asgi.application"
WARM_UP = env.bool("JINBANG_WARM_UP", default=True)
"""Whether a web process loads pages and templates before it takes requests (edu.warming)."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "edu.website.folding.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "edu.website.context.site",
            ],
        },
    },
]

# -- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "edu.organizations.backend.StaffNumberBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"

# -- language, time -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
WAGTAIL_I18N_ENABLED = True
LOCALE_ROOMS = ("edu", "courses", "exams", "certificates", "payments", "media")
LOCALE_PATHS = [BASE_DIR / "locale" / room for room in LOCALE_ROOMS]
TIME_ZONE = env.str("JINBANG_TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
FORMAT_MODULE_PATH = ["edu.formats"]

SITE_CURRENCY = env.str("JINBANG_CURRENCY", default="CNY")
"""The currency in which prices are set at the operator's desk and income is reported (ISO 4217)."""

# -- files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/uploads/"
MEDIA_ROOT = VAR_DIR / "uploads"
FONTS_DIR = BASE_DIR / "static" / "vendor" / "fonts"
"""Where the TrueType fonts of PDF files and slides lie (fetched at set-up)."""
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAXIMUM_BYTES = env.int("JINBANG_IMPORT_MAXIMUM_MB", default=200) * 1024 * 1024
"""Largest file of questions that is taken for an import, in bytes."""

SIGNALS_KEPT_DAYS = env.int("JINBANG_SIGNALS_KEPT_DAYS", default=180)
"""How many days after an exam has closed what was noticed in its room is kept."""

# -- background work ------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
JOBS_BROKER = "celery"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "jinbang"
JOBS_QUEUES = {"main": CELERY_TASK_DEFAULT_QUEUE, "films": "jinbang-films"}
"""The queue of each lane of work (edu.jobs.registry). A worker that is given none by -Q takes from all of them."""
CELERY_TASK_QUEUES: dict[str, dict[str, Any]] = {name: {} for name in JOBS_QUEUES.values()}
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 3, "max_retries": 1}
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "publish-scheduled-pages": {"task": "courses.tasks.publish_scheduled_pages", "schedule": 60.0},
    "deliver-events": {"task": "edu.events.tasks.deliver_events", "schedule": 5.0},
    "sweep-jobs": {"task": "edu.jobs.tasks.sweep_jobs", "schedule": 20.0},
    "roll-up-recent": {"task": "edu.analytics.tasks.roll_up_recent", "schedule": 900.0},
    "finish-overdue-attempts": {"task": "exams.tasks.finish_overdue_attempts", "schedule": 15.0},
    "finish-timed-practice": {"task": "exams.tasks.finish_timed_practice", "schedule": 60.0},
    "release-results": {"task": "exams.tasks.release_results_at_close", "schedule": 60.0},
    "remind-of-exams": {"task": "exams.tasks.remind_of_exams", "schedule": 600.0},
    "remind-of-practice": {"task": "exams.tasks.remind_of_practice", "schedule": 600.0},
    "remove-old-exports": {"task": "exams.tasks.remove_old_exports", "schedule": 86400.0},
    "forget-exam-signals": {"task": "exams.tasks.forget_exam_signals", "schedule": 86400.0},
    "question-schedules": {"task": "exams.tasks.carry_out_question_schedules", "schedule": 60.0},
    "question-figures": {"task": "exams.tasks.roll_up_question_figures", "schedule": 900.0},
    "exam-figures": {"task": "exams.tasks.refresh_exam_figures", "schedule": 900.0},
    "question-index": {"task": "exams.tasks.mend_question_index", "schedule": 86400.0},
    "worker-heartbeat": {"task": "edu.jobs.tasks.record_heartbeat", "schedule": 10.0},
    "film-worker-heartbeat": {
        "task": "edu.jobs.tasks.record_heartbeat",
        "schedule": 10.0,
        "args": ("films",),
        "options": {"queue": JOBS_QUEUES["films"], "expires": 10},
    },
    "finish-orders": {"task": "payments.tasks.finish_interrupted_orders", "schedule": 20.0},
    "poll-payments": {"task": "payments.tasks.poll_silent_payments", "schedule": 30.0},
    "expire-orders": {"task": "payments.tasks.expire_unpaid_orders", "schedule": 60.0},
    "open-assignments": {"task": "edu.training.tasks.open_started_assignments", "schedule": 600.0},
    "tell-deadlines": {"task": "edu.training.tasks.tell_deadlines", "schedule": 1800.0},
    "refresh-assignments": {"task": "edu.training.tasks.refresh_progress", "schedule": 21600.0},
    "forget-first-passwords": {"task": "edu.training.tasks.forget_first_passwords", "schedule": 86400.0},
    "forget-idempotency-keys": {"task": "payments.tasks.forget_idempotency_keys", "schedule": 86400.0},
}
EVENT_SUBSCRIPTIONS = "edu.subscriptions.SUBSCRIPTIONS"

# -- shop -----------------------------------------------------------------------------------------
PAYMENT_PROVIDERS = env.list("JINBANG_PAYMENT_PROVIDERS", default=["offline"])
"""Ways to pay that are offered, in this order: offline, sandbox. Production refuses the sandbox."""
PAYMENT_TRANSFER_ACCOUNT = env.str("JINBANG_TRANSFER_ACCOUNT", default="")
"""Account that buyers transfer to, as they read it; empty sends them to the support."""
ORDER_EXPIRES_SECONDS = env.int("JINBANG_ORDER_EXPIRES_SECONDS", default=1800)
"""How long an unpaid order and its coupons are held."""

# -- wagtail --------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Jinbang"
WAGTAILADMIN_BASE_URL = env.str("JINBANG_BASE_URL", default="http://127.0.0.1:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
TAGGIT_CASE_INSENSITIVE = True
BASE_URL = WAGTAILADMIN_BASE_URL

# -- mail -----------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("JINBANG_FROM_EMAIL", default="Jinbang <noreply@jinbang.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMS_BACKEND = "edu.notifications.sms.MailboxBackend"

# -- safety ---------------------------------------------------------------------------------------
try:
    TRUSTED_PROXIES = parse_trusted_proxies(env.str("JINBANG_TRUSTED_PROXIES", default=""))
except ValueError as error:
    message = f"JINBANG_TRUSTED_PROXIES is neither a number of front servers nor a list of their networks: {error}"
    raise ImproperlyConfigured(message) from error
"""Front servers whose X-Forwarded-For is believed, for limits by address and exams with address ranges."""
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    # Wagtail's editor and Django's admin write inline styles and scripts of their own; they are behind staff sign-in.
    "EXCLUDE_URL_PREFIXES": ["/cms/", "/django-admin/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
DEMO_SIGN_IN = False
"""Whether the sign-in page offers the demo roles as buttons. Only the embedded settings may turn it on."""
DEV_MAILBOX = False
"""Whether mails and text messages are shown on a page of the site instead of being sent."""

SILENCED_SYSTEM_CHECKS: list[str] = []

# -- accounts (django-allauth) --------------------------------------------------------------------
ACCOUNT_ADAPTER = "edu.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]  # the form asks for one of mail and phone, never for both
ACCOUNT_FORMS = {
    "login": "edu.accounts.forms.SignInForm",
    "signup": "edu.accounts.forms.SignUpForm",
    "request_login_code": "edu.accounts.forms.RequestCodeForm",
    "change_password": "edu.accounts.forms.ChangePasswordForm",
    "reset_password": "edu.accounts.forms.ResetByMailForm",
    "reset_password_from_key": "edu.accounts.forms.NewPasswordForm",
    "reauthenticate": "edu.accounts.forms.ProveForm",
    "set_password": "edu.accounts.forms.FirstPasswordForm",
    "add_email": "edu.accounts.forms.MailForm",
}
# Only a mail that must be verified lets the sign-up page answer the same for known and unknown addresses.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 600
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
# A whole office signs in from one address in the minute before an exam: addresses get room, single accounts do not.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "signup": "100/m/ip",
    "request_login_code": "100/m/ip,3/m/key",
    "reset_password": "60/m/ip,5/m/key",
    "verify_phone": "1/30s/key,60/m/ip",
    "change_phone": "5/m/user",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_DISPLAY = "edu.accounts.queries.user_display"
ACCOUNT_UNIQUE_EMAIL = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Jinbang"
MFA_TOTP_TOLERANCE = 1
PHONE_DEFAULT_REGION = env.str("JINBANG_PHONE_REGION", default="CN")
"""Country of a phone number that is typed without its country code (ISO 3166)."""
API_REQUESTS_PER_MINUTE = env.int("JINBANG_API_REQUESTS_PER_MINUTE", default=600)
"""How many requests one API token may make in a minute before it is answered 429."""

# -- logs: one JSON line an entry, with the id of the request that caused it ----------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "edu.core.request_id.RequestIdFilter"}},
    "formatters": {"json": {"()": "edu.core.request_id.JsonFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]},
    },
    "loggers": {
        # One line for every indexed object and every beat tells nothing that a person would miss.
        name: {"level": "WARNING"}
        for name in ("django_tasks", "wagtail", "celery.beat", "celery.worker.strategy", "celery.app.trace")
    },
    "root": {"handlers": ["console"], "level": env.str("JINBANG_LOG_LEVEL", default="INFO")},
}
