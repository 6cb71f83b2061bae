"""The default: one folder, no servers. SQLite, an embedded broker, mails on a page of the site."""

import os
import secrets

from .base import *  # noqa: F403 - settings modules build on one another by design
from .base import BASE_DIR, SILENCED_SYSTEM_CHECKS, VAR_DIR, env

VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """Return the key of this installation, made on the first start and kept in var/."""
    path = VAR_DIR / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


SECRET_KEY = env.str("JINBANG_SECRET_KEY", default="") or _secret_key()
DEBUG = env.bool("JINBANG_DEBUG", default=False)
WARM_UP = env.bool("JINBANG_WARM_UP", default=not DEBUG)  # whoever changes a line wants the server back at once
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("JINBANG_ALLOWED_HOSTS", default=[])]

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "edu.schema.sqlite",
            "NAME": VAR_DIR / "jinbang.sqlite3",
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half-way; FULL because an acknowledged answer is a promise.
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;"
                    "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    }
    SILENCED_SYSTEM_CHECKS += ["models.W046", "fields.W163"]  # SQLite keeps no comments; PostgreSQL does
# Opening a connection costs more than most requests: SQLite reads the whole schema anew.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("JINBANG_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = "postgresql" in DATABASES["default"]["ENGINE"]

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": (
        {"BACKEND": "edu.settings.redis_cache.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
            # A room of a thousand candidates keeps some thousand small entries; the default of 300 would lose them.
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    )
}
JOBS_BROKER = env.str("JINBANG_BROKER", default="celery" if REDIS_URL else "database")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://")

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

EMAIL_BACKEND = "edu.notifications.mail.MailboxBackend"
DEMO_SIGN_IN = env.bool("JINBANG_DEMO_SIGN_IN", default=True)
DEV_MAILBOX = True

PAYMENT_PROVIDERS = env.list("JINBANG_PAYMENT_PROVIDERS", default=["sandbox", "offline"])
