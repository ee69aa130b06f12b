"""Right receivers in Django: rows that are locked while they are compared, and a log of JSON that is read anew.

Django is made for one project in a process, so each has to be the first that is opened in its process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.designs import vendor
from conformance.designs.design import PATH, Opened


def _project(folder: Path, take: Callable[[bytes], int], *models: Any) -> Any:
    """The WSGI app of a project with this one view, and with the tables of the models."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.http import HttpRequest, HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_POST

    @csrf_exempt
    @require_POST
    def steppay(request: HttpRequest) -> HttpResponse:
        if not vendor.is_genuine(request.headers.get("Steppay-Signature"), request.body):
            return HttpResponse("the signature is wrong", status=401)
        try:
            return HttpResponse(status=take(request.body))
        except vendor.NoWebhookError as error:
            return HttpResponse(str(error), status=400)

    class Urls:
        urlpatterns = (path(PATH.removeprefix("/"), steppay),)

    from django.conf import settings

    settings.ROOT_URLCONF = Urls
    settings.DATABASES["default"]["NAME"] = str(folder / "django.sqlite3")
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    return get_wsgi_application()


def _configure() -> None:
    import django
    from django.conf import settings

    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous=OFF", "timeout": 30},
    }
    settings.configure(ALLOWED_HOSTS=["*"], DATABASES={"default": database}, USE_TZ=True)
    django.setup()


@contextmanager
def locked_rows(folder: Path) -> Iterator[Opened]:
    """``select_for_update``, a comparison in Python, ``save``; a copy is known by a unique key."""
    _configure()
    from django.db import models, transaction

    class Payment(models.Model):
        payment_id = models.BigIntegerField(primary_key=True)
        status = models.CharField(max_length=40)
        paid_amount = models.DecimalField(max_digits=19, decimal_places=4)
        canceled_amount = models.DecimalField(max_digits=19, decimal_places=4)
        paid_at = models.DateTimeField(null=True)
        version = models.CharField(max_length=200, default="")

        class Meta:
            app_label = "shop"

        def __str__(self) -> str:
            return str(self.payment_id)

    class Received(models.Model):
        digest = models.CharField(max_length=64, primary_key=True)

        class Meta:
            app_label = "shop"

        def __str__(self) -> str:
            return str(self.digest)

    @transaction.atomic
    def take(body: bytes) -> int:
        envelope = vendor.read(body)
        _, is_new = Received.objects.get_or_create(digest=vendor.digest(envelope))
        if not is_new or envelope["event"] not in vendor.PAYMENT_EVENTS:
            return 200
        step, at, canceled, mark = vendor.order_of(envelope)
        version = f"{step}.{at:012d}.{canceled:020.4f}.{mark}"
        Payment.objects.get_or_create(
            payment_id=vendor.id_of(envelope), defaults={"status": "", "paid_amount": 0, "canceled_amount": 0}
        )
        payment = Payment.objects.select_for_update().get(payment_id=vendor.id_of(envelope))
        if version > payment.version:
            payment.status, payment.version = envelope["data"]["status"], version
            payment.paid_amount, payment.canceled_amount = vendor.paid_of(envelope), canceled
            payment.paid_at = vendor.moment(envelope["data"].get("paidAt"))
            payment.save()
        return 200

    def state() -> list[Any]:
        return [
            {name: row[name] for name in row if name != "version"} for row in Payment.objects.order_by("pk").values()
        ]

    def reset() -> None:
        Payment.objects.all().delete()
        Received.objects.all().delete()

    app = _project(folder, take, Payment, Received)
    yield Opened(receiver=app, state=state, reset=reset)


@contextmanager
def json_log(folder: Path) -> Iterator[Opened]:
    """A JSONField for each event; who the customers are is told when it is asked. A deleted one stays deleted."""
    _configure()
    from django.db import models

    class Hook(models.Model):
        digest = models.CharField(max_length=64, unique=True)
        envelope = models.JSONField()
        received_at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "crm"

        def __str__(self) -> str:
            return str(self.digest)

    def take(body: bytes) -> int:
        envelope = vendor.read(body)
        if envelope["event"] in vendor.CUSTOMER_EVENTS:
            data = {name: envelope["data"].get(name) for name in ("id", "email", "name")}
            kept = {"event": envelope["event"], "timestamp": envelope["timestamp"], "data": data}
            mark = vendor.digest(envelope)
            Hook.objects.get_or_create(digest=mark, defaults={"envelope": kept | {"mark": mark}})
        return 202

    def state() -> dict[str, Any]:
        hooks = [hook.envelope for hook in Hook.objects.all()]
        hooks.sort(
            key=lambda one: (one["event"] == "customer.deleted", one["timestamp"], vendor.step_of(one), one["mark"])
        )
        latest = {str(one["data"]["id"]): one for one in hooks}
        return {
            key: {"email": one["data"]["email"], "name": one["data"]["name"]}
            for key, one in sorted(latest.items())
            if one["event"] != "customer.deleted"
        }

    app = _project(folder, take, Hook)
    yield Opened(receiver=app, state=state, reset=lambda: Hook.objects.all().delete())
