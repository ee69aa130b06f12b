"""How do requests with a fault travel beside the others? In threads of their own, for each is written byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack

from steppay_mock.delivery.address import Address
from steppay_mock.delivery.faults import FaultyRequest, send_faulty
from steppay_mock.delivery.sender.crew import Crew
from steppay_mock.delivery.sender.engine import Engine, Wire
from steppay_mock.delivery.transport import Answer

_SLICE = 0.02  # seconds that one lane is waited for while the other has requests too


class Lanes:
    """An engine, and a lane beside it for requests with a fault."""

    def __init__(self, engine: Engine, wire: Wire, *, sleep: Callable[[float], object] | None = None) -> None:
        self._engine = engine
        self._wire = wire
        self._sleep = sleep
        self._crew = Crew(self._equip, size=wire.concurrency, name="steppay-faults")
        self._right = 0
        self._faulty = 0

    def start(self, token: int, address: Address, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin a request."""
        self._right += 1
        self._engine.start(token, address, body, headers)

    def start_faulty(self, token: int, address: Address, request: FaultyRequest) -> None:
        """Begin a request with a fault."""
        self._faulty += 1
        self._crew.start(token, (address, request))

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, after so many seconds at most if there are none yet."""
        found: list[tuple[int, Answer]] = []
        if self._faulty:
            found = self._crew.arrived(min(seconds, _SLICE) if self._right else seconds)
            self._faulty -= len(found)
            seconds = 0.0 if found else min(seconds, _SLICE)
        if self._right:
            answers = self._engine.poll(seconds)
            self._right -= len(answers)
            found += answers
        return found

    def close(self) -> None:
        """Let go of both lanes."""
        self._engine.close()
        self._crew.close()

    def _equip(self, _opened: ExitStack) -> Callable[[tuple[Address, FaultyRequest]], Answer]:
        def send(job: tuple[Address, FaultyRequest]) -> Answer:
            address, request = job
            return send_faulty(request, address, timeout=self._wire.timeout, sleep=self._sleep)

        return send
