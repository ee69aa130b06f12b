"""Settings of the kiosk: the database is the one that STEPPAY_TEST_DATABASE names."""

import os
from typing import Any

_DATABASES: dict[str, dict[str, Any]] = {
    "memory": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "file": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("STEPPAY_TEST_FILE", ""),
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
        "TEST": {"NAME": os.environ.get("STEPPAY_TEST_FILE", "")},
    },
    "postgresql": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PGHOST", ""),
        "NAME": os.environ.get("PGDATABASE", ""),
        "USER": os.environ.get("PGUSER", ""),
    },
}
ALLOWED_HOSTS: list[str] = []
DATABASES = {"default": _DATABASES[os.environ["STEPPAY_TEST_DATABASE"]]}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["frameworks.kiosk"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
ROOT_URLCONF = "frameworks.kiosk.urls"
SECRET_KEY = "only for tests"
USE_TZ = True
STATIC_URL = "static/"  # without it, Django's live server answers 500
