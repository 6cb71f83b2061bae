"""Production: PostgreSQL, Redis, S3-like storage and mail, all named by the environment.

A value that is missing or unsafe stops the start with its name.
"""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403 - settings modules build on one another by design
from .base import SILENCED_SYSTEM_CHECKS, STORAGES, env


def _required(name: str) -> str:
    """Return the environment variable `name`; ImproperlyConfigured names it when it is missing."""
    value = env.str(name, default="").strip()
    if not value:
        message = f"{name} is not set. Set it in the environment; docs/configuration.md says what it means."
        raise ImproperlyConfigured(message)
    return value


def _refuse(name: str, why: str) -> None:
    """Stop the start because `name` has an unsafe value."""
    message = f"{name} is unsafe: {why}"
    raise ImproperlyConfigured(message)


SECRET_KEY = _required("JINBANG_SECRET_KEY")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
    _refuse("JINBANG_SECRET_KEY", "it needs at least 50 characters, at random.")

DEBUG = False
if env.bool("JINBANG_DEBUG", default=False):
    _refuse("JINBANG_DEBUG", "debugging pages show secrets; production cannot run with it.")
if env.bool("JINBANG_DEMO_SIGN_IN", default=False):
    _refuse("JINBANG_DEMO_SIGN_IN", "the demo sign-in opens every role to everybody.")

if "sandbox" in env.list("JINBANG_PAYMENT_PROVIDERS", default=[]):
    _refuse("JINBANG_PAYMENT_PROVIDERS", "with the sandbox everybody can buy for nothing.")

ALLOWED_HOSTS = [host.strip() for host in _required("JINBANG_ALLOWED_HOSTS").split(",") if host.strip()]
if "*" in ALLOWED_HOSTS:
    _refuse("JINBANG_ALLOWED_HOSTS", "a star accepts every host name.")
WAGTAILADMIN_BASE_URL = BASE_URL = _required("JINBANG_BASE_URL")
if not BASE_URL.startswith("https://"):
    _refuse("JINBANG_BASE_URL", "it must begin with https://.")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

DATABASES = {"default": env.db_url_config(_required("DATABASE_URL"))}
if "postgresql" not in DATABASES["default"]["ENGINE"]:
    _refuse("DATABASE_URL", "production runs on PostgreSQL (postgres://user:password@host/name).")
DATABASES["default"]["CONN_MAX_AGE"] = env.int("JINBANG_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = _required("REDIS_URL")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CACHES = {"default": {"BACKEND": "edu.settings.redis_cache.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env.str("JINBANG_S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("JINBANG_S3_BUCKET"),
            "endpoint_url": env.str("JINBANG_S3_ENDPOINT", default=None),
            "access_key": _required("JINBANG_S3_ACCESS_KEY"),
            "secret_key": _required("JINBANG_S3_SECRET_KEY"),
            "region_name": env.str("JINBANG_S3_REGION", default="us-east-1"),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "querystring_auth": True,
            "file_overwrite": False,
            "default_acl": None,
        },
    }

EMAIL_CONFIG = env.email_url_config(_required("EMAIL_URL"))
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
SMS_BACKEND = env.str("JINBANG_SMS_BACKEND", default="edu.notifications.sms.UnconfiguredBackend")

SECURE_SSL_REDIRECT = env.bool("JINBANG_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("JINBANG_HSTS_SECONDS", default=31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS += ["security.W019"]  # the editor shows previews in frames of our own origin
