"""A receiver of the zoo as a view of Flask, Django or FastAPI: the framework reads the request and writes the answer.

Run as a program it prints the findings of some receivers in one framework, as JSON: Django has its settings once in a
process, and other tests have theirs.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from conformance.checked import TYPES, card_of, names
from conformance.conftest import NOW
from conformance.zoo.members import FLAWED
from conformance.zoo.shop import Hook, Shop

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
PATH = "/webhooks/steppay"


def in_flask(shop: Shop) -> Any:
    """The receiver as a Flask app."""
    from flask import Flask, request

    app = Flask("zoo")

    @app.route(PATH, methods=METHODS)
    def receive() -> tuple[str, int]:
        status, text = shop.answer(hook_of(request.method, request.headers, request.get_data()))
        return text, status

    return app


def in_django(shop: Shop) -> Any:
    """The receiver as a Django app; the last one that was made answers."""
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    def receive(request: HttpRequest) -> HttpResponse:
        status, text = shop.answer(hook_of(str(request.method), request.headers, request.body))
        return HttpResponse(text, status=status)

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x")
        django.setup()
    django.urls.clear_url_caches()
    globals()["urlpatterns"] = [path(PATH.removeprefix("/"), receive)]
    return get_wsgi_application()


def in_fastapi(shop: Shop) -> Any:
    """The receiver as a FastAPI app."""
    from fastapi import FastAPI, Request, Response

    async def receive(request: Request) -> Response:
        status, text = shop.answer(hook_of(request.method, request.headers, await request.body()))
        return Response(text, status_code=status)

    receive.__annotations__ = {"request": Request}  # FastAPI finds no name of a function that it reads as a text
    app = FastAPI()
    app.add_api_route(PATH, receive, methods=list(METHODS))
    return app


FRAMEWORKS: dict[str, Callable[[Shop], Any]] = {"flask": in_flask, "django": in_django, "fastapi": in_fastapi}


def hook_of(method: str, headers: Any, body: bytes) -> Hook:
    """The request as the zoo knows it."""
    return Hook(method, {"content-type": "", **{name.lower(): value for name, value in headers.items()}}, body)


def findings_in(framework: str, name: str) -> list[str]:
    """The findings of a quick card of this receiver, ``right`` or one with a flaw, in this framework."""
    shop = Shop() if name == "right" else FLAWED[name]()
    chosen = {} if shop.options or shop.every_type else {"types": TYPES}
    return names(card_of(shop, receiver=FRAMEWORKS[framework](shop), **chosen))


if __name__ == "__main__":
    time.time = lambda: float(NOW)
    print(json.dumps({name: findings_in(sys.argv[1], name) for name in sys.argv[2:]}))  # noqa: T201 - for the test
