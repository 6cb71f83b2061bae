"""Settings of the tests: SQLite by default, PostgreSQL when DATABASE_URL names one."""

import tempfile
from pathlib import Path

from .base import *  # noqa: F403 - settings modules build on one another by design
from .base import MIDDLEWARE, SILENCED_SYSTEM_CHECKS, VAR_DIR, env

SECRET_KEY = "a-key-for-tests-only-with-no-value-outside-them-0123456789"  # noqa: S105 - tests only
DEBUG = False
WARM_UP = False
ALLOWED_HOSTS = ["*"]
TEST_DIR = VAR_DIR / "test"
TEST_DIR.mkdir(parents=True, exist_ok=True)

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "edu.schema.sqlite",
            "NAME": TEST_DIR / "base.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA busy_timeout=10000;",
            },
            "TEST": {"NAME": str(TEST_DIR / "test.sqlite3")},
        }
    }
    SILENCED_SYSTEM_CHECKS += ["models.W046", "fields.W163"]  # SQLite keeps no comments; PostgreSQL does

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://")
JOBS_BROKER = env.str("JINBANG_BROKER", default="manual")  # tests run jobs and deliver events themselves, by fixtures
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.gettempdir()) / "jinbang-test-uploads"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEV_MAILBOX = True
DEMO_SIGN_IN = False
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
PAYMENT_PROVIDERS = ["sandbox", "offline"]
PAYMENT_TRANSFER_ACCOUNT = "Jinbang Test Ltd, account 0000 1111"
ORDER_EXPIRES_SECONDS = 1800
