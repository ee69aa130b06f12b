from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from steppay_mock import EventType, SteppayMockError, deliver, deliver_async, make_event, scenario
from steppay_mock.delivery.argument_order import refuse_swapped

CALL = "deliver({events}, to={receiver})"


def app(_environ: Any, _start_response: Any) -> list[bytes]:
    return []


class Listed:
    """An app that can be iterated, as some routers can."""

    def __iter__(self) -> Any:
        return iter(())

    def __call__(self, _environ: Any, _start_response: Any) -> list[bytes]:
        return []


@pytest.mark.parametrize(
    ("events", "receiver", "corrected"),
    [
        ("http://localhost:8000", [], "deliver(events, to='http://localhost:8000')"),
        ("http://localhost:8000", None, "deliver(events, to='http://localhost:8000')"),
        ("shop:app", "invoice-paid", "deliver('invoice-paid', to='shop:app')"),
        (app, {"event": "order.created"}, "deliver(events, to=app)"),
        (partial(app), iter([]), "deliver(events, to=app)"),
        (app, None, "deliver(events, to=app)"),
        (Listed(), make_event("order.created", seed=1), "deliver(events, to=app)"),
        (
            "http://kim:pw@localhost/?token=x1y2z3",
            [],
            "deliver(events, to='http://********@localhost/?token=********')",
        ),
    ],
    ids=["url", "url-alone", "names", "app", "partial", "app-alone", "listed", "secret"],
)
def test_swapped_arguments_get_the_corrected_call(events: object, receiver: object, corrected: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        refuse_swapped(events, receiver, call=CALL)
    assert str(error.value) == f"Are events and receiver swapped? The events come first. Write {corrected}"


@pytest.mark.parametrize(
    "receiver", [app, partial(app), Listed(), "http://localhost:8000", "shop:create_app()", None, 3]
)
@pytest.mark.parametrize(
    "events",
    [
        "invoice-paid",
        [],
        {},
        iter([]),
        make_event("order.created", seed=1),
        scenario("invoice-paid", seed=1),
        EventType,
    ],
    ids=["name", "list", "payload", "iterator", "event", "story", "class"],
)
def test_the_right_order_passes(events: object, receiver: object) -> None:
    refuse_swapped(events, receiver, call=CALL)


def test_both_deliver_functions_check_it() -> None:
    events: Any = [make_event("order.created", seed=1)]
    url: Any = "http://localhost:8000"
    with pytest.raises(SteppayMockError, match=r"Write deliver\(events, to='http://localhost:8000'\)$"):
        deliver(url, to=events)
    with pytest.raises(SteppayMockError, match=r"Write await deliver_async\(events, to='http://localhost:8000'\)$"):
        asyncio.run(deliver_async(url, to=events))
