"""A receiver that knows a webhook again by its signature header is found, by one that asks for its content passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from steppay_mock import explore, verify
from steppay_mock.delivery.sender.clock import Clock

SECRET = "whsec_test"
STOPPED = Clock(now=lambda: 1_736_910_000.5)


class Points:
    """Gives a point for each paid payment, once for each webhook that is not known by ``key``."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.known: set[Any] = set()
        self.types: set[str] = set()
        self.points: dict[int, int] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        header = environ["HTTP_STEPPAY_SIGNATURE"]
        verify(header, body, SECRET, tolerance=None)
        event = json.loads(body)
        key = header if self.key == "signature" else body
        if key not in self.known and event["event"] == "payment.completed":
            number = event["data"]["paymentId"]
            self.points[number] = self.points.get(number, 0) + 1
        self.known.add(key)
        self.types.add(event["event"])
        start_response("204 No Content", [])
        return []

    def state(self) -> Any:
        return sorted(self.types), dict(self.points)

    def reset(self) -> None:
        self.known.clear()
        self.types.clear()
        self.points.clear()


@pytest.mark.parametrize("clock", [STOPPED, None], ids=["stopped", "running"])
def test_explore_finds_a_receiver_that_only_remembers_signatures(mounted: Callable[[Any], Any], clock: Any) -> None:
    options: dict[str, Any] = {"secret": SECRET, "truth": "off", **({} if clock is None else {"clock": clock})}
    wrong, right = Points("signature"), Points("body")
    story = "virtual-account-deposit"
    found = explore(story, mounted(wrong), state=wrong.state, reset=wrong.reset, **options)
    assert found.verdict == "fails"
    assert found.counterexample is not None
    assert len(set(found.counterexample.course)) < len(found.counterexample.course)  # it needs a repeat
    explore(story, mounted(right), state=right.state, reset=right.reset, **options).assert_ok()
