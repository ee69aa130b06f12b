"""Settings of the example: the database is PostgreSQL, and libpq's environment variables name its server."""

import os

ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PGHOST", ""),
        "NAME": os.environ.get("PGDATABASE", "points"),
        "USER": os.environ.get("PGUSER", ""),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "urls"
SECRET_KEY = os.environ.get("SECRET_KEY", "only for tests")
STEPPAY_WEBHOOK_SECRET = os.environ.get("STEPPAY_WEBHOOK_SECRET", "whsec_test")
USE_TZ = True
