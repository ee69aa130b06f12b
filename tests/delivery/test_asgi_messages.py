"""What an ASGI app receives: the whole request, and then, once it has answered, that the client is gone."""

from __future__ import annotations

from asyncio import create_task, sleep
from collections.abc import Callable
from typing import Any

from steppay_mock import deliver

GONE = {"type": "http.disconnect"}


def test_the_client_is_gone_when_the_answer_is_whole_and_not_before(
    payloads: Callable[[int], list[dict[str, Any]]],
) -> None:
    log: list[Any] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        log.append(await receive())
        waiting = [create_task(receive()) for _ in range(2)]
        for message in (
            {"type": "http.response.start", "status": 200},
            {"type": "http.response.body", "body": b"a", "more_body": True},
            {"type": "http.response.body", "body": b"b"},
        ):
            await sleep(0)
            await sleep(0)
            log.append([one.done() for one in waiting])
            await send(message)
        log.extend([await one for one in waiting])
        log.append(await receive())

    (outcome,) = deliver(payloads(1), to=app)
    assert (outcome.status, outcome.body, outcome.error) == (200, b"ab", None)
    request, *rest = log
    assert request == {"type": "http.request", "body": outcome.event.body, "more_body": False}
    assert rest == [[False, False]] * 3 + [GONE] * 3
