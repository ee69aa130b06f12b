"""Takes the webhooks of StepPay: the inbox and the rows in one transaction, the points after its commit."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from steppay_webhook import fingerprint, parse, row_of, verify

from shop.models import Payment, Points, Received, Subscription

_MODELS: dict[str, Any] = {"payments": Payment, "subscriptions": Subscription}


@csrf_exempt  # StepPay has no CSRF token; the signature is what proves the sender
@require_POST
def steppay(request: HttpRequest) -> HttpResponse:
    """Take one webhook."""
    header = request.headers.get("Steppay-Signature", "")
    # request.body: the raw bytes that were signed
    if not verify(header, request.body, settings.STEPPAY_WEBHOOK_SECRET):
        return HttpResponse("the signature does not match", status=401)
    envelope = parse(request.body)
    if envelope is None:
        return HttpResponse("the body is not a JSON object", status=400)
    with transaction.atomic():
        # A copy that is in flight at the same time waits here for the commit of the first, and then is not the first.
        _, first = Received.objects.get_or_create(fingerprint=fingerprint(envelope))
        if first:
            keep(envelope)
            if envelope.get("event") == "payment.completed":
                transaction.on_commit(partial(give_points, envelope["data"]))
    return HttpResponse()  # event types that are not known here too: anything else shows as a failed delivery


def keep(envelope: dict[str, Any]) -> None:
    """Store what the event says, unless something newer is stored already."""
    change = row_of(envelope)
    if change is None:
        return
    table, row = change
    model, key = _MODELS[table], row.pop("id")
    _, created = model.objects.get_or_create(id=key, defaults=row)
    if not created:
        # The comparison is part of the UPDATE: to read first would let two deliveries overtake each other.
        model.objects.filter(id=key, version__lt=row["version"]).update(**row)


def give_points(payment: dict[str, Any]) -> None:
    """Give one point for a hundred won; a call to another system would stand here."""
    Points.objects.create(payment_id=payment["paymentId"], amount=int(payment["paidAmount"]) // 100)
