"""Starts and stops an ASGI app by the lifespan protocol."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from steppay_mock.delivery.excerpt import excerpt, excerpt_of
from steppay_mock.delivery.in_process.obstacles import obstacle
from steppay_mock.delivery.in_process.real_wait import wait_for_tasks
from steppay_mock.errors import ContractViolation
from steppay_mock.wire.redact import NO_REDACTION, Redaction

AsgiApp = Callable[..., Awaitable[None]]

LIMIT = 30.0
"""Seconds that start and stop may take, each. It is our limit: the vendor does not see a start."""


class Lifespan:
    """One run of the lifespan protocol. An app that ends before it has started does not have the protocol."""

    def __init__(self, app: AsgiApp, *, target: str, redact: Redaction = NO_REDACTION) -> None:
        self._app = app
        self._redact = redact
        self._target = target
        self._inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._turn = asyncio.Event()  # set after the app has answered the last message, or has ended
        self._said = ""
        self._reason = ""
        self._error: BaseException | None = None
        self._task: asyncio.Task[None]  # made by start
        self._state: dict[str, Any] = {}

    @property
    def state(self) -> dict[str, Any] | None:
        """The state that the app made for its requests, as a copy for one of them; None without a lifespan."""
        return self._state.copy() if self._said else None

    async def start(self) -> None:
        """Start the app. Raises ContractViolation if it reports a failure, or does not answer within the limit."""
        self._task = asyncio.create_task(self._run())
        in_time = await self._tell("lifespan.startup")
        if in_time and self._said in {"", "lifespan.startup.complete"}:
            return
        await _end(self._task)
        sent = f"{self._said}: {self._cause()}" if in_time else f"nothing within {LIMIT:g} s"
        raise ContractViolation(
            kind="startup",
            event="?",
            path=self._target,
            expected="lifespan.startup.complete",
            sent=sent,
            next_step=f"Nothing was delivered. {self._next_step()}",
        ) from self._error and self._redact.exception(self._error)

    async def stop(self) -> None:
        """Stop the app if it was started. A failure is a RuntimeWarning, because the deliveries are done."""
        task = self._task
        in_time = task.done() or await self._tell("lifespan.shutdown")
        await _end(task)
        if self._said and (not in_time or self._error is not None or self._said == "lifespan.shutdown.failed"):
            trouble = self._cause() if in_time else f"no answer within {LIMIT:g} s"
            warnings.warn(f"{self._target} did not shut down cleanly: {trouble}", RuntimeWarning, stacklevel=2)

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            await self._app(scope, self._inbox.get, self._receive_answer)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an app may raise anything; here it means "no lifespan"
            self._error = error
        finally:
            self._turn.set()

    async def _receive_answer(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if not str(kind).startswith("lifespan."):
            raise RuntimeError(f"{kind} is no answer to a lifespan message")
        self._said = kind
        self._reason = message.get("message", "")
        self._turn.set()

    async def _tell(self, kind: str) -> bool:
        self._turn.clear()
        self._inbox.put_nowait({"type": kind})
        turn = asyncio.ensure_future(self._turn.wait())
        try:
            await wait_for_tasks({turn}, seconds=LIMIT)
        finally:
            turn.cancel()
        return self._turn.is_set()

    def _next_step(self) -> str:
        if (step := obstacle(self._error)) is not None:
            return step
        return "Start the app by itself and see why it does not come up."

    def _cause(self) -> str:
        if self._error is not None:
            return self._redact.text(excerpt_of(self._error))
        lines = self._reason.strip().splitlines()
        return excerpt(self._redact.text(lines[-1].strip())) if lines else "no reason given"


async def _end(task: asyncio.Task[None]) -> None:
    # Starlette sends "failed" and then raises the reason: give it the time, then cancel it.
    await wait_for_tasks({task}, seconds=0.1)
    task.cancel()
    await wait_for_tasks({task}, seconds=1)
