"""The engine of a run to Lambda functions: threads that invoke each with the event of its gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.address import Address
from steppay_mock.delivery.aws.app import lambda_app
from steppay_mock.delivery.engine.threads import WorkerPool
from steppay_mock.delivery.options.settings import resolve_options

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.aws.transport import LambdaTransport
    from steppay_mock.delivery.engine.engine import EngineSettings
    from steppay_mock.delivery.options.settings import SenderSettings
    from steppay_mock.delivery.request import Request

    Job = tuple[Address, Request]


class LambdaEngine:
    """Threads, each invoking functions through transports of its own."""

    def __init__(self, settings: EngineSettings, *, gateway: Mapping[str, Any], options: SenderSettings) -> None:
        self._settings = settings
        self._options = options
        self._gateway = gateway
        self._pool: WorkerPool[Job] = WorkerPool(self._equip, size=settings.concurrency, name="steppay-lambda")

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin an invocation."""
        self._pool.start(token, (address, request))

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come; waits up to this many seconds if there are none yet."""
        return self._pool.poll(seconds)

    def close(self) -> None:
        """End the threads that have nothing in flight, and leave the others to themselves."""
        self._pool.close()

    def _equip(self, opened: ExitStack) -> Callable[[Job], Answer]:
        known: dict[Address, LambdaTransport] = {}

        def invoke(job: Job) -> Answer:
            address, request = job
            if address not in known:
                known[address] = opened.enter_context(self._transport(address))
            return known[address].send(request)

        return invoke

    def _transport(self, address: Address) -> LambdaTransport:
        settings = resolve_options(
            {
                "path": self._gateway["path"],
                "timeout": self._settings.timeout,
                "allow_hosts": self._options.allow_hosts,
                "clock": self._options.clock,
                **address.access.options,
            }
        )
        return lambda_app(address.url, kind=self._gateway["kind"]).transport(settings)
