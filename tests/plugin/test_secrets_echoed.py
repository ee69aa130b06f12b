"""A receiver that echoes its secret: a failing test shows it in no section and in no traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]

HIDDEN = "whsec_do_not_tell"
TOKEN = "token_do_not_tell"
ECHOES = """
    import os

    def raises(environ, start_response):
        raise ValueError(f"settings: {os.environ['STEPPAY_WEBHOOK_SECRET']}, {os.environ['STEPPAY_SECRET_TOKEN']}")

    def answers(environ, start_response):
        start_response("500 No", [("x-secret", os.environ["STEPPAY_WEBHOOK_SECRET"])])
        return [f"{os.environ['STEPPAY_WEBHOOK_SECRET']}, {os.environ['STEPPAY_SECRET_TOKEN']}".encode()]
"""


@pytest.mark.parametrize("app", ["raises", "answers"])
@pytest.mark.parametrize(
    "call",
    [
        "steppay.deliver(steppay.event('order.created'), to=echoes.{app}).assert_ok()",
        "steppay.assert_order_independent('invoice-paid', echoes.{app}, state=dict, reset=dict)",
    ],
    ids=["deliver", "explore"],
)
def test_no_line_of_a_failing_test_tells_the_secret_or_the_token(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, app: str, call: str
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", HIDDEN)
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", TOKEN)
    pytester.makepyfile(echoes=ECHOES)
    pytester.syspathinsert()
    pytester.makepyfile(f"import echoes\ndef test_it(steppay, steppay_api):\n    {call.format(app=app)}")
    result = run("-vv", "--showlocals", "--setup-show", "--junitxml=junit.xml")
    result.assert_outcomes(failed=1)
    text = result.stdout.str() + result.stderr.str() + Path("junit.xml").read_text(encoding="utf-8")
    assert "********" in text or "assert_ok" not in call
    assert HIDDEN not in text
    assert TOKEN not in text


def test_the_token_of_a_target_is_shown_nowhere(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        "def test_it(steppay, steppay_target):\n    steppay.deliver(steppay.event('order.created')).assert_ok()"
    )
    result = run("-vv", "--showlocals", "--setup-show", "--steppay-target=http://127.0.0.1:1/hook?token=url-t0ken-42")
    result.assert_outcomes(failed=1)
    assert "url-t0ken-42" not in result.stdout.str()
    result.stdout.fnmatch_lines(
        [
            "*http://127.0.0.1:1/hook?token=[*][*][*][*][*][*][*][*]*",
            "target: give the same one again, with --steppay-target; its URL holds a secret and is not shown",
        ]
    )
