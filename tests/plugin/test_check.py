"""``steppay.check_receiver`` gives a test the scorecard of its receiver."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SHOP = """
import json
from hashlib import sha256

from steppay_mock import SignatureError, verify

rows, seen = {}, set()


def state():
    return {"rows": dict(rows), "seen": sorted(seen)}


def reset():
    rows.clear()
    seen.clear()


def answered(headers, body, *, verifies):
    try:
        if verifies:
            verify(headers.get("steppay-signature"), body, "whsec_test")
        event = json.loads(body)
        data, name = event["data"], event["event"]
    except SignatureError:
        return 401
    except (ValueError, KeyError, TypeError, RecursionError):
        return 400
    mark = sha256(body).hexdigest()
    if name == "payment.completed" and isinstance(data, dict) and "paymentId" in data and mark not in seen:
        rows[str(data["paymentId"])] = data.get("status")
    seen.add(mark)
    return 204


def wsgi(verifies):
    def app(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {"steppay-signature": environ.get("HTTP_STEPPAY_SIGNATURE", "")}
        start_response(f"{answered(headers, body, verifies=verifies)} Told", [])
        return []

    return app


right, wrong = wsgi(True), wsgi(False)


async def in_loop(scope, receive, send):
    if scope["type"] == "http":
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        await send({"type": "http.response.start", "status": answered(headers, body, verifies=True), "headers": []})
        await send({"type": "http.response.body", "body": b""})
"""

TESTS = """
import asyncio

import shop

HOW = {"state": shop.state, "reset": shop.reset, "types": ["payment.completed"], "quick": True}


def test_right(steppay):
    card = steppay.check_receiver(shop.right, only="signature", **HOW)
    card.assert_ok()
    assert card.findings == ()


def test_wrong(steppay):
    steppay.check_receiver("shop:wrong", only="signature", **HOW).assert_ok()


def test_in_a_loop(steppay):
    async def checked():
        return await steppay.check_receiver_async(shop.in_loop, only="signature", **HOW)

    asyncio.run(checked()).assert_ok()
"""


@pytest.fixture
def checked(pytester: pytest.Pytester, run: Run) -> pytest.RunResult:
    pytester.makepyfile(shop=SHOP, test_shop=TESTS)
    pytester.syspathinsert()
    return run()


def test_a_card_that_is_not_ok_fails_the_test_with_its_report(checked: pytest.RunResult) -> None:
    checked.assert_outcomes(passed=2, failed=1)
    checked.stdout.fnmatch_lines(
        [
            "E * The scorecard of the WSGI app *app at /webhooks/steppay",
            "E * not ok: *; findings: 1 must",
            "E * 1. must  signature/verifies-nothing",
        ]
    )
    assert "whsec_test" not in checked.stdout.str()
