"""A state may hold an integer of any length: it is compared as it is, and shown as a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from steppay_mock import scenario
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.state.normal import normalise, plain

LONG = 10**5_000


def test_long_integers_are_told_apart() -> None:
    assert normalise({"n": LONG}) == normalise({"n": LONG})
    assert normalise({"n": LONG}) != normalise({"n": LONG + 1})
    assert plain(normalise({"n": LONG})) != plain(normalise({"n": LONG + 1}))


@pytest.mark.parametrize("shape", ["value", "key", "member"])
def test_a_report_shows_a_state_with_long_integers(shape: str) -> None:
    seen: list[bytes] = []

    def app(environ: Any, start: Any) -> list[bytes]:
        seen.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start("204 No Content", [])
        return []

    def state() -> Any:
        last = LONG + (b"customer.deleted" in seen[-1] if seen else 0)
        return {"value": {"last": last}, "key": {last: 1}, "member": {"all": {last, 1}}}[shape]

    found = explore(scenario("customer-registers-and-leaves", seed=7), app, state=state, reset=seen.clear)
    assert not found.ok
    assert found.report().startswith("When ")
    assert "16610 bits" in json.dumps(found.as_dict())
