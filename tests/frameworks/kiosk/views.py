"""Takes webhooks, in views of every kind: the row in a transaction, the points after its commit."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from hashlib import sha256

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from frameworks.kiosk.models import Points, Received


def keep(body: bytes) -> None:
    fingerprint = sha256(body).hexdigest()
    with transaction.atomic():
        _, is_first = Received.objects.get_or_create(fingerprint=fingerprint)
        if is_first:
            transaction.on_commit(partial(Points.objects.create, fingerprint=fingerprint))


def keep_and_close(body: bytes) -> None:
    """For threads: who opens a connection there has to close it."""
    try:
        keep(body)
    finally:
        connection.close()


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    keep(request.body)
    return HttpResponse()


@csrf_exempt
async def take_async(request: HttpRequest) -> HttpResponse:
    """Uses the database through Django's async methods too, and in a task of its own."""
    await sync_to_async(keep)(request.body)
    await asyncio.create_task(Received.objects.acount())
    return HttpResponse()


@csrf_exempt
def take_in_thread(request: HttpRequest) -> HttpResponse:
    """Answers once a thread has done the work."""
    thread = threading.Thread(target=keep_and_close, args=[request.body])
    thread.start()
    thread.join()
    return HttpResponse()


@csrf_exempt
async def take_in_any_thread(request: HttpRequest) -> HttpResponse:
    await sync_to_async(keep_and_close, thread_sensitive=False)(request.body)
    return HttpResponse()


def take_as_a_form(request: HttpRequest) -> HttpResponse:
    """A view that somebody forgot to exempt from Django's CSRF check."""
    keep(request.body)
    return HttpResponse()


@csrf_exempt
def take_nothing(_request: HttpRequest) -> HttpResponse:
    """A view without a database."""
    return HttpResponse()


POOL = ThreadPoolExecutor(1)
LATE: list[Future[None]] = []
GO = threading.Event()
"""Until it is set, the work that comes after the answer waits."""


@csrf_exempt
def take_late(request: HttpRequest) -> HttpResponse:
    """Answers, and has the work done in a thread afterwards."""

    def work(body: bytes = request.body) -> None:
        GO.wait(10)
        keep_and_close(body)

    LATE.append(POOL.submit(work))
    return HttpResponse()


@csrf_exempt
def take_and_raise(request: HttpRequest) -> HttpResponse:
    keep(request.body)
    raise KeyError("cancel")
