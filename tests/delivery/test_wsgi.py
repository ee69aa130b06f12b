from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request

from steppay_mock import ContractViolation, Outcome, SteppayMockError, deliver, verify
from steppay_mock.delivery.sender.clock import Clock

Payloads = Callable[[int], list[dict[str, Any]]]
Start = Callable[..., Any]


def test_a_flask_app_is_called_in_process(payloads: Payloads) -> None:
    app = Flask("shop")
    seen = []

    @app.post("/웹훅/<int:shop>")
    def webhook(shop: int) -> tuple[str, int]:
        verify(request.headers.get("Steppay-Signature"), request.get_data(), ["old", "new"])
        seen.append((shop, request.args["a"], request.is_json, request.headers["X-B3-TraceId"], request.host))
        return f"taken {request.get_json()['data']['id']}", 202

    report = deliver(payloads(2), to=app, path="/웹훅/7?a=b", secret="new", seed=1)
    report.assert_ok()
    assert [outcome.body for outcome in report] == [b"taken 0", b"taken 1"]
    assert [each[:3] for each in seen] == [(7, "b", True)] * 2
    assert {each[4] for each in seen} == {"testserver"}
    assert len({each[3] for each in seen}) == 2
    assert report.receiver == "the WSGI app Flask at /%EC%9B%B9%ED%9B%85/7?a=b"


def test_the_environ_is_what_pep_3333_asks_for(payloads: Payloads) -> None:
    from wsgiref.validate import validator

    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Start) -> list[bytes]:
        seen.append(dict(environ))
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["changed"] = "by the app"
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-A", "1"), ("x-a", "2")])
        return [b"o", b"", b"k"]

    validated = validator(app)

    def receiver(environ: dict[str, Any], start_response: Start) -> Any:
        return validated(environ, start_response)

    report = deliver(payloads(2), to=receiver, secret="s", clock=Clock(now=lambda: 5))
    report.assert_ok()
    assert report[0].body == b"ok"
    assert report[0].headers == {"content-type": "text/plain", "x-a": "1, 2"}
    assert "changed" not in seen[1]
    assert seen[0]["HTTP_STEPPAY_SIGNATURE"].startswith("timestamp=5,key=")
    assert {name for name in seen[0] if name.startswith("HTTP_")} == {
        "HTTP_HOST",
        "HTTP_ACCEPT",
        "HTTP_TE",
        "HTTP_X_B3_TRACEID",
        "HTTP_X_B3_SPANID",
        "HTTP_X_B3_PARENTSPANID",
        "HTTP_STEPPAY_SIGNATURE",
    }
    about = {name: value for name, value in seen[0].items() if name.startswith("wsgi.")}
    assert about.keys() >= {"wsgi.errors", "wsgi.input"}
    assert {name: value for name, value in about.items() if name not in {"wsgi.errors", "wsgi.input"}} == {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def test_an_app_that_raises_is_status_500_and_its_exception_is_kept(payloads: Payloads) -> None:
    boom = ValueError("no \x1b[31mcustomer")

    def app(_environ: dict[str, Any], _start_response: Start) -> list[bytes]:
        raise boom

    report = deliver(payloads(2), to=app)
    assert [(each.status, each.exception) for each in report] == [(500, boom)] * 2
    with pytest.raises(AssertionError) as caught:
        report.assert_ok()
    assert caught.value.__cause__ is boom
    assert str(caught.value) == (
        "customer.created: delivery 1 of 2, the WSGI app app at /webhooks/steppay\n"
        "  expected: an answer with a 2xx status\n"
        "  sent:     500, the app raised: ValueError: no \\x1b[31mcustomer (the first of 2 failures)\n"
        "  next:     Correct the receiver where the exception above was raised."
    )


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Closing:
    """A body that fails when it is closed, as after-response work does."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"done"

    def close(self) -> None:
        raise ValueError("too late")


def _calls(status: Any = "200 OK", headers: Any = (), body: Any = (b"ok",)) -> Callable[..., Any]:
    def app(_environ: dict[str, Any], start_response: Start) -> Any:
        start_response(status, [] if headers == () else headers)
        return body

    return app


def _twice(_environ: dict[str, Any], start_response: Start) -> list[bytes]:
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def _exits(_environ: dict[str, Any], _start_response: Start) -> list[bytes]:
    sys.exit(3)


def _unprintable(_environ: dict[str, Any], _start_response: Start) -> list[bytes]:
    raise UnprintableError


def _body_first(_environ: dict[str, Any], start_response: Start) -> Iterator[bytes]:
    yield b"early"
    start_response("200 OK", [])


def _breaks_off(_environ: dict[str, Any], start_response: Start) -> Iterator[bytes]:
    start_response("200 OK", [])
    yield b"beginning"
    raise ValueError("middle")


@pytest.mark.parametrize(
    ("app", "error"),
    [
        (lambda _environ, _start_response: [], "the app ended without an answer"),
        (lambda _environ, _start_response: None, "the app raised: TypeError: 'NoneType' object is not iterable"),
        (_calls(status="OK"), "the app broke its protocol: its status is 'OK', not such as '200 OK'"),
        (_calls(status=200), "the app broke its protocol: its status is 200, not such as '200 OK'"),
        (_calls(status="100 Continue"), "the app broke its protocol: its status is 100; a final one is 200 to 599"),
        (_calls(headers=[("a", 1)]), "the app broke its protocol: its headers are not a list of pairs of str"),
        (_calls(headers={"a": "b"}), "the app broke its protocol: its headers are not a list of pairs of str"),
        (_calls(body=["text"]), "the app broke its protocol: its body holds str in the place of bytes"),
        (_twice, "the app broke its protocol: it called start_response twice"),
        (_body_first, "the app broke its protocol: it sent a body before a status"),
        (_breaks_off, "the app raised: ValueError: middle"),
        (_exits, "the app raised: SystemExit: 3"),
        (_unprintable, "the app raised: {module}.UnprintableError: <exception str() failed>"),
    ],
)
def test_a_broken_app_is_an_outcome(outcome: Callable[[Any], Outcome], app: Any, error: str) -> None:
    result = outcome(app)
    assert (result.status, result.error, result.body) == (500, error.format(module=__name__), b"")
    assert not result.ok


def test_a_broken_protocol_has_its_next_step(payloads: Payloads) -> None:
    report = deliver(payloads(1), to=lambda _environ, _start_response: [])
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert (caught.value.kind, caught.value.sent) == ("broken-answer", "500, the app ended without an answer")
    assert caught.value.next_step == "Correct the receiver where it makes its answer: it is broken off or malformed."


def test_what_fails_after_the_answer_keeps_its_status_but_is_not_ok(outcome: Callable[[Any], Outcome]) -> None:
    result = outcome(_calls(body=Closing()))
    assert (result.status, result.body, result.ok) == (200, b"done", False)
    assert result.error == "the app raised after its answer: ValueError: too late"


def _error_info(message: str) -> Any:
    error = ValueError(message)
    return type(error), error, error.__traceback__


def test_headers_may_be_replaced_while_no_body_has_gone(outcome: Callable[[Any], Outcome]) -> None:
    def app(_environ: dict[str, Any], start_response: Start) -> list[bytes]:
        start_response("200 OK", [])
        write = start_response("422 Unprocessable", [], _error_info("found out"))
        write(b"written")
        return [b" and given"]

    result = outcome(app)
    assert (result.status, result.body, result.error) == (422, b"written and given", None)


def test_headers_cannot_be_replaced_after_the_body_began(outcome: Callable[[Any], Outcome]) -> None:
    def app(_environ: dict[str, Any], start_response: Start) -> list[bytes]:
        start_response("200 OK", [])(b"begun")
        start_response("500 Internal Server Error", [], _error_info("too late"))
        return []

    assert outcome(app).error == "the app raised: ValueError: too late"


def test_an_endless_body_is_read_up_to_64_kib_and_closed(outcome: Callable[[Any], Outcome]) -> None:
    closed = []

    def app(_environ: dict[str, Any], start_response: Start) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            while True:
                yield b"x" * 1000
        finally:
            closed.append(True)

    result = outcome(app)
    assert (result.ok, result.body, closed) == (True, b"x" * 65536, [True])


def test_an_interrupt_passes_through(payloads: Payloads) -> None:
    def app(_environ: dict[str, Any], _start_response: Start) -> list[bytes]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(payloads(1), to=app)


DJANGO = """
import json
from django.conf import settings
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], SECRET_KEY="x")
import django
django.setup()
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from steppay_mock import deliver, verify

def webhook(request):
    verify(request.headers.get("Steppay-Signature"), request.body, "s")
    return HttpResponse(str(json.loads(request.body)["data"]["id"]), status=201)

urlpatterns = [path("webhooks/steppay", webhook)]
events = [{"timestamp": 1, "version": "v1", "event": "customer.created", "data": {"id": n}} for n in range(2)]
for app in get_wsgi_application(), get_asgi_application():
    report = deliver(events, to=app, secret="s")
    print([(outcome.status, outcome.body.decode()) for outcome in report], report.receiver)
"""


def test_django_is_called_by_wsgi_and_by_asgi() -> None:
    # A process of its own: Django is configured once in a process.
    done = subprocess.run([sys.executable, "-c", DJANGO], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == [
        "[(201, '0'), (201, '1')] the WSGI app WSGIHandler at /webhooks/steppay",
        "[(201, '0'), (201, '1')] the ASGI app ASGIHandler at /webhooks/steppay",
    ], done.stderr


def test_an_object_that_is_no_app_is_refused(payloads: Payloads) -> None:
    for thing in (None, 7, b"http://localhost", sys):
        with pytest.raises(SteppayMockError) as caught:
            deliver(payloads(1), to=thing)  # type: ignore[arg-type]
        assert str(caught.value) == (
            f"A receiver is a URL or an app, not {type(thing).__name__}. "
            "Give a URL such as http://localhost:8000, or the app of Flask, Django, FastAPI or Starlette."
        )
