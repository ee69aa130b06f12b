"""A target behind a door: the ini file lets in, apps in process are called without it, and no line shows with what."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from serving import served
from werkzeug import Request, Response

Run = Callable[..., pytest.RunResult]

KEY, PASSWORD = "key-of-the-door", "hunter2-of-the-door"
EXPECTED = "Basic " + b64encode(f"kim:{PASSWORD}".encode()).decode()
INI = """
    [pytest]
    steppay_headers =
        X-Door: ${STAGING_DOOR}
    steppay_basic_auth = kim:${STAGING_PASSWORD}
"""


def door(environ: Any, start_response: Any) -> Any:
    request = Request(environ)
    request.get_data()
    came = f"{request.headers.get('authorization')} {request.headers.get('x-door')}"
    return Response(came, 204 if came == f"{EXPECTED} {KEY}" else 401)(environ, start_response)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_DOOR", KEY)
    monkeypatch.setenv("STAGING_PASSWORD", PASSWORD)


def test_the_ini_file_lets_in_at_the_target_alone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(
        """
        from steppay_mock import deliver

        def test_deliver(steppay):
            steppay.deliver(steppay.event("order.created")).assert_ok()

        def test_explore(steppay):
            assert steppay.explore("invoice-paid", state=dict, reset=dict).coverage.deliveries

        def test_sender(steppay, steppay_sender):
            steppay_sender.send(steppay.event("order.created")).assert_ok()

        def test_an_app_in_process_is_no_target(steppay):
            def app(environ, start_response):
                assert "HTTP_X_DOOR" not in environ
                start_response("204 No Content", [])
                return []

            steppay.deliver(steppay.event("order.created"), to=app).assert_ok()

        def test_another_url_is_no_target(steppay, steppay_target):
            assert steppay.deliver(steppay.event("order.created"), to=steppay_target).statuses == {401: 1}
        """
    )
    with served(door) as url:
        run(f"--steppay-target={url}").assert_outcomes(passed=5)


def test_a_failing_test_shows_nothing_of_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini(INI.replace("kim:", "lee:"))
    pytester.makepyfile(
        """
        import os

        def test_it(steppay):
            steppay.deliver(steppay.event("order.created")).assert_ok()

        def test_by_hand(steppay, steppay_target):
            who = {"X-Door": os.environ["STAGING_DOOR"]}
            del who["X-Door"]
            steppay.deliver(steppay.event("order.created"), headers=who).assert_ok()

        def test_sender(steppay, steppay_sender):
            steppay_sender.send(steppay.event("order.created")).assert_ok()
        """
    )
    with served(door) as url:
        result = run("-vv", "--showlocals", "--setup-show", f"--steppay-target={url}")
    result.assert_outcomes(failed=3)
    text = result.stdout.str() + result.stderr.str()
    assert "401" in text
    assert [one for one in (KEY, PASSWORD, b64encode(f"lee:{PASSWORD}".encode()).decode()) if one in text] == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("steppay_headers = X-Door: ${NOT_SET_HERE}", "steppay_headers: the environment variable NOT_SET_HERE is not"),
        ("steppay_headers = X Door: open", "A header is a name and a value"),
        ("steppay_basic_auth = ${STAGING_PASSWORD}", "a user and a password have a colon between them"),
        ("steppay_ca_file = nowhere.pem", "ca_file (--ca-file) cannot be used"),
        ("steppay_proxy = socks5://127.0.0.1", "SOCKS, are not supported"),
    ],
)
def test_a_wrong_key_fails_the_test(pytester: pytest.Pytester, run: Run, line: str, message: str) -> None:
    pytester.makeini(f"[pytest]\n{line}")
    pytester.makepyfile("def test_it(steppay):\n    steppay.deliver(steppay.event('order.created'))")
    result = run("--steppay-target=http://127.0.0.1:9")
    assert result.ret == 1
    assert message in result.stdout.str()
    assert PASSWORD not in result.stdout.str()


def test_an_app_in_process_needs_no_variable_of_the_ini_file(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAGING_DOOR")
    pytester.makeini(INI)
    pytester.makepyfile(
        """
        def test_it(steppay):
            def app(environ, start_response):
                start_response("204 No Content", [])
                return []

            steppay.deliver(steppay.event("order.created"), to=app).assert_ok()
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("lines", "told"),
    [("X-Door", "one has no colon"), ("X-Door: a\n        x-door: b", "x-door is there twice")],
)
def test_headers_of_the_ini_file_that_say_nothing_are_refused(
    pytester: pytest.Pytester, run: Run, lines: str, told: str
) -> None:
    with served(door) as url:
        pytester.makeini(f"[pytest]\nsteppay_target = {url}\nsteppay_headers =\n        {lines}\n")
        pytester.makepyfile("def test_it(steppay): steppay.deliver(steppay.event('order.created'))")
        result = run()
    result.assert_outcomes(failed=1)
    assert told in result.stdout.str()
