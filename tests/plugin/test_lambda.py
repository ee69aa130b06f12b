"""A Lambda handler as the receiver of tests: in the call, as the fixture, by its module."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

HANDLER = """
    import json
    from steppay_mock import SignatureError, lambda_app, verify

    rows = {}

    def handler(event, context):
        body = event["body"].encode()
        try:
            verify(event["headers"]["steppay-signature"], body, "whsec_test")
        except SignatureError:
            return {"statusCode": 401}
        payload = json.loads(body)
        rows[payload["event"]] = True
        return {"statusCode": 200}

    app = lambda_app(handler, kind="rest-api")
"""


@pytest.fixture(autouse=True)
def _function(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(function=HANDLER)


def test_it_is_delivered_to_and_proved(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from function import handler, rows
        from steppay_mock import lambda_app

        def test_it(steppay):
            steppay.deliver(steppay.events(), to=lambda_app(handler, kind="alb")).assert_ok()

        def test_orders(steppay):
            steppay.assert_order_independent(
                "order-cancelled-before-payment", lambda_app(handler), state=rows.copy, reset=rows.clear
            )
        """
    )
    run().assert_outcomes(passed=2)


def test_the_fixture_may_give_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from function import app

        @pytest.fixture
        def steppay_target():
            return app

        def test_it(steppay):
            steppay.deliver(steppay.events()).assert_ok()
        """
    )
    run().assert_outcomes(passed=1)


def test_it_may_be_named_by_its_module(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay): steppay.deliver(steppay.events()).assert_ok()")
    run("--steppay-target", "function:app").assert_outcomes(passed=1)
    bare = run("--steppay-target", "function:handler")
    bare.assert_outcomes(failed=1)
    bare.stdout.fnmatch_lines(["*handler seems to be a Lambda handler*"])
