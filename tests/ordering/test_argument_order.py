"""Events or a token first, then the receiver: the other way round is refused with the corrected call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from steppay_mock import (
    SteppayMockError,
    explore,
    explore_async,
    lambda_app,
    make_event,
    replay,
    replay_async,
    scenario,
)

URL = "http://localhost:8000/hook?token=x1y2z3"
SHOWN = "'http://localhost:8000/hook?token=********'"
STORY = scenario("virtual-account-deposit", seed=7)
EVENT = make_event("order.created", seed=7)


def app(_environ: Any, _start_response: Any) -> list[bytes]:
    return []


def make_app() -> Any:
    return app


async def asgi(_scope: Any, _receive: Any, _send: Any) -> None:
    """An app that answers nothing."""


def handler(_event: Any, _context: Any) -> dict[str, Any]:
    return {"statusCode": 204}


def rows() -> list[Any]:
    return []


SWAPPED: dict[str, tuple[Any, Any, str]] = {
    "url": (URL, STORY, f"events, {SHOWN}"),
    "wsgi": (app, STORY, "events, app"),
    "asgi": (asgi, STORY, "events, app"),
    "factory": (make_app, STORY, "events, app"),
    "lambda": (lambda_app(handler), STORY, "events, app"),
    "url-and-name": (URL, "virtual-account-deposit", f"'virtual-account-deposit', {SHOWN}"),
    "app-and-name": (app, "virtual-account-deposit", "'virtual-account-deposit', app"),
    "event-for-the-receiver": (STORY, EVENT, "events, app"),
    "events-for-the-receiver": (STORY, list(STORY.events), "events, app"),
}


@pytest.mark.parametrize(("events", "receiver", "corrected"), SWAPPED.values(), ids=list(SWAPPED))
def test_explore_refuses_events_and_receiver_the_other_way_round(events: Any, receiver: Any, corrected: str) -> None:
    why = "Are events and receiver swapped? The events come first. Write "
    with pytest.raises(SteppayMockError) as error:
        explore(events, receiver, state=rows, reset=rows)
    assert str(error.value) == f"{why}explore({corrected}, ...)"
    with pytest.raises(SteppayMockError) as error:
        asyncio.run(explore_async(events, receiver, state=rows, reset=rows))
    assert str(error.value) == f"{why}await explore_async({corrected}, ...)"


_TOKEN_FIRST = "Are token and receiver swapped? The token comes first. Write "
_NO_EVENTS = "These are events, and the receiver comes here. Write "
TOKENS: dict[str, tuple[Any, Any, str, str]] = {
    "url": (URL, "sp1.abc", _TOKEN_FIRST, f"(token, {SHOWN}, ...)"),
    "app": (app, "sp1.abc", _TOKEN_FIRST, "(token, app, ...)"),
    "lambda": (lambda_app(handler), "sp1.abc", _TOKEN_FIRST, "(token, app, ...)"),
    "events-for-the-receiver": ("sp1.abc", STORY, _NO_EVENTS, "(token, app, events=events, ...)"),
    "event-for-the-receiver": ("sp1.abc", EVENT, _NO_EVENTS, "(token, app, events=events, ...)"),
}


@pytest.mark.parametrize(("token", "receiver", "why", "corrected"), TOKENS.values(), ids=list(TOKENS))
def test_replay_refuses_token_and_receiver_the_other_way_round(
    token: Any, receiver: Any, why: str, corrected: str
) -> None:
    with pytest.raises(SteppayMockError) as error:
        replay(token, receiver, state=rows, reset=rows)
    assert str(error.value) == f"{why}replay{corrected}"
    with pytest.raises(SteppayMockError) as error:
        asyncio.run(replay_async(token, receiver, state=rows, reset=rows))
    assert str(error.value) == f"{why}await replay_async{corrected}"
