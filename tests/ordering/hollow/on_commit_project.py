"""A Django project that gives points in transaction.on_commit. Tests run it in a process of its own.

It stands in the transaction of a test, as under TestCase and pytest-django's ``db``, which never commits. It prints a
line of JSON for the hollow view, which has no inbox, and one for the right view, which has one.
"""

from __future__ import annotations

import json
from typing import Any

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"], DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3"}}, ROOT_URLCONF=()
)
settings.DATABASES["default"]["NAME"] = ":memory:"
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - it wants the settings
from django.db import transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from steppay_mock import explore  # noqa: E402

payments: dict[int, str] = {}
known: set[bytes] = set()
points: list[int] = []


def _keep(request: HttpRequest) -> HttpResponse:
    told = json.loads(request.body)
    if told["event"] == "payment.completed":
        payments[told["data"]["paymentId"]] = told["data"]["status"]
        transaction.on_commit(lambda: points.append(told["data"]["paymentId"]))
    elif told["event"] == "payment.standby":
        payments.setdefault(told["data"]["paymentId"], told["data"]["status"])
    return HttpResponse(status=204)


def hollow(request: HttpRequest) -> HttpResponse:
    """Gives points for each copy; the test's transaction never commits, so none are given in it."""
    with transaction.atomic():
        return _keep(request)


def right(request: HttpRequest) -> HttpResponse:
    """Knows a copy by its body."""
    with transaction.atomic():
        if request.body in known:
            return HttpResponse(status=204)
        known.add(request.body)
        return _keep(request)


class Urls:
    urlpatterns = [path("hollow", hollow), path("right", right)]  # noqa: RUF012 - Django wants it so


settings.ROOT_URLCONF = Urls


def _reset() -> None:
    for one in (payments, known, points):
        one.clear()


def _told(name: str) -> dict[str, Any]:
    _reset()
    with transaction.atomic():  # that of the test
        found = explore(
            "virtual-account-deposit",
            WSGIHandler(),
            path=f"/{name}",
            state=lambda: dict(payments),
            effects=lambda: list(points),
            reset=_reset,
            losses=False,
            seed=7,
        )
    anomaly = found.counterexample.anomaly.name if found.counterexample else None
    return {"verdict": found.verdict, "anomaly": anomaly, "notes": found.notes}


for each in ("hollow", "right"):
    print(json.dumps(_told(each)))  # noqa: T201 - it is a script
