"""A StepPay receiver in Django, in one file; in a project its parts go to the files that the comments name.

Run it: ``STEPPAY_WEBHOOK_SECRET=... python examples/receivers/django_app.py``
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from steppay_webhook import fingerprint, parse, row_of, verify

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler

# settings.py
if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ.get("STEPPAY_DATABASE", "steppay.sqlite3"),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",  # SQLite: to write after reading can fail, so lock at once
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            }
        },
        ROOT_URLCONF=__name__,
        STEPPAY_WEBHOOK_SECRET=os.environ.get("STEPPAY_WEBHOOK_SECRET", ""),
        USE_TZ=True,
    )
    django.setup()


# models.py
class Subscription(models.Model):
    """What is known of a subscription; ``version`` says how new that is."""

    id = models.BigIntegerField(primary_key=True)  # 64 bits, given by StepPay
    customer_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=40)  # no choices: new statuses come without notice
    next_payment_date = models.DateTimeField(null=True)
    version = models.CharField(max_length=128)

    class Meta:
        app_label = "steppay"
        db_table = "subscriptions"

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Payment(models.Model):
    """What is known of a payment."""

    id = models.BigIntegerField(primary_key=True)
    order_id = models.CharField(max_length=255, null=True)  # a string, of any form; absent is not the empty string
    status = models.CharField(max_length=40)
    paid_amount = models.DecimalField(max_digits=19, decimal_places=4)
    canceled_amount = models.DecimalField(max_digits=19, decimal_places=4)
    version = models.CharField(max_length=128)

    class Meta:
        app_label = "steppay"
        db_table = "payments"

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Received(models.Model):
    """Every content that ever came, once."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    event = models.CharField(max_length=100)

    class Meta:
        app_label = "steppay"
        db_table = "inbox"

    def __str__(self) -> str:
        return f"{self.event} {self.fingerprint}"


_MODELS: dict[str, Any] = {"subscriptions": Subscription, "payments": Payment, "inbox": Received}


# views.py
@csrf_exempt  # StepPay has no CSRF token; the signature is what proves the sender
@require_POST
def steppay(request: HttpRequest) -> HttpResponse:
    """Take one webhook."""
    header = request.headers.get("Steppay-Signature", "")
    if not verify(
        header, request.body, settings.STEPPAY_WEBHOOK_SECRET
    ):  # request.body: the raw bytes that were signed
        return HttpResponse("the signature does not match", status=401)
    envelope = parse(request.body)
    if envelope is None:
        return HttpResponse("the body is not a JSON object", status=400)
    save(envelope)
    return HttpResponse()


@transaction.atomic
def save(envelope: dict[str, Any]) -> bool:
    """Store what the event says; False if the same content came before. Hang what must happen once on that answer."""
    _, first = Received.objects.get_or_create(
        fingerprint=fingerprint(envelope), defaults={"event": str(envelope.get("event"))}
    )
    if change := row_of(envelope):
        table, row = change
        model, key = _MODELS[table], row.pop("id")
        _, created = model.objects.get_or_create(id=key, defaults=row)
        if not created:
            # The comparison is part of the UPDATE. `if old.version < new: old.save()` would let two deliveries
            # overtake each other, and update_or_create would let the older one win.
            model.objects.filter(id=key, version__lt=row["version"]).update(**row)
    return bool(first)


# urls.py
urlpatterns = [path("webhooks/steppay", steppay)]


def create_app(database: str, secret: str) -> WSGIHandler:
    """The WSGI application: POST /webhooks/steppay, rows in the SQLite file ``database``."""
    _prepare(database, secret)
    return get_wsgi_application()


def create_asgi_app(database: str, secret: str) -> ASGIHandler:
    """The same as an ASGI application; Django runs the view in a thread, off the event loop."""
    _prepare(database, secret)
    return get_asgi_application()


def _prepare(database: str, secret: str) -> None:
    """What a project does in settings.py and with ``manage.py migrate``."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = database
    settings.STEPPAY_WEBHOOK_SECRET = secret
    there = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for table, model in _MODELS.items():
            if table not in there:
                editor.create_model(model)
    connection.close()


if __name__ == "__main__":
    create_app(os.environ.get("STEPPAY_DATABASE", "steppay.sqlite3"), os.environ["STEPPAY_WEBHOOK_SECRET"])
    call_command("runserver", "127.0.0.1:8000", use_reloader=False)
