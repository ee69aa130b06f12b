"""``steppay.check_receiver`` gives a test the scorecard of its receiver."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from steppay_mock.conformance.catalogue import CHECKS
from steppay_mock.conformance.groups import GROUPS

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


@pytest.mark.parametrize("how", ["**HOW", "types=HOW['types']"])
def test_the_budget_of_the_ini_file_is_none_of_a_card_without_searches(
    pytester: pytest.Pytester, run: Run, how: str
) -> None:
    begin = TESTS.partition("def test_right")[0]
    check = f"    steppay.check_receiver(shop.right, only='rotation', {how}).assert_ok()\n"
    pytester.makepyfile(shop=SHOP, test_shop=f"{begin}def test_it(steppay):\n{check}")
    pytester.syspathinsert()
    run("-o", "steppay_budget=900").assert_outcomes(passed=1)


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


IN_GROUPS = """
import os

import shop

HOW = {"state": shop.state, "reset": shop.reset, "types": ["payment.completed"], "quick": True}


def test_right(steppay, steppay_checks):
    card = steppay.check_receiver(shop.right, only=steppay_checks, **HOW)
    card.assert_ok()
    with open("made.txt", "a", encoding="utf-8") as made:
        made.writelines(f"{one.check.full_name} {os.environ.get('PYTEST_XDIST_WORKER')}\\n" for one in card.checks)


def test_wrong(steppay, steppay_checks):
    steppay.check_receiver(shop.wrong, only=steppay_checks, **HOW).assert_ok()
"""


def test_groups_of_checks_are_tests_that_workers_share(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(shop=SHOP, test_shop=IN_GROUPS)
    pytester.makeini("[pytest]\npythonpath = .")
    result = run_apart("-n", "2")
    count = len(GROUPS)
    result.assert_outcomes(passed=2 * count - 1, failed=1)
    result.stdout.fnmatch_lines(["FAILED test_shop.py::test_wrong[[]signatures] - *"])
    made = [line.split() for line in (pytester.path / "made.txt").read_text(encoding="utf-8").splitlines()]
    assert sorted(name for name, _ in made) == sorted(one.full_name for one in CHECKS if one.family != "read-back")
    (pytester.path / "made.txt").unlink()
    run_apart("-n", "2", "-k", "test_right").assert_outcomes(passed=count)  # xdist hands two tests to a worker at once
    made = [line.split() for line in (pytester.path / "made.txt").read_text(encoding="utf-8").splitlines()]
    assert {worker for _, worker in made} == {"gw0", "gw1"}


def test_groups_are_chosen_at_collection(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_late(request):
            request.getfixturevalue("steppay_checks")

        @pytest.mark.parametrize("steppay_checks", [("rotation",)], indirect=True)
        def test_own(steppay_checks):
            assert steppay_checks == ("rotation",)
        """
    )
    result = run()
    result.assert_outcomes(passed=1, errors=0, failed=1)
    result.stdout.fnmatch_lines(["*Add steppay_checks to the arguments of the test function*"])


READS_BACK = """
import json

import requests

rows = {}


def reader(environ, start_response):
    try:
        event = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        key = event["data"]["orderId"] if event["event"].startswith("payment.") else None
    except (ValueError, KeyError, TypeError, RecursionError):
        start_response("400 Bad Request", [])
        return []
    if key is not None:
        url = f"https://api.steppay.kr/api/v1/orders/{key}"
        rows[key] = requests.get(url, headers={"Secret-Token": "test_token"}, timeout=5).json().get("paidAmount")
    start_response("204 No Content", [])
    return []


def test_it(steppay, steppay_api):
    how = {"state": lambda: dict(rows), "reset": rows.clear, "types": ["payment.completed"], "quick": True}
    card = steppay.check_receiver(reader, only=["rotation/right-first", "read-back/sent-again"], **how)
    assert [one.full_name for one in card.findings] == []
    assert {one.check.family for one in card.passed} >= {"read-back"}
    assert steppay_api.calls
"""


def test_the_api_of_the_test_is_that_of_the_checks(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(READS_BACK)
    run().assert_outcomes(passed=1)
