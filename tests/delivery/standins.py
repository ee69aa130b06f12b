"""A clock that goes on when somebody waits, and an engine that answers at once: a day of retries takes no time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from steppay_mock.delivery.address import Address
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.sender import sender as sender_module
from steppay_mock.delivery.sender.clock import Clock

START = 1_706_002_316.5


class Time:
    """Time that passes only while it is waited for."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []
        self.clock = Clock(now=lambda: START + self.passed, steady=lambda: 5_000 + self.passed, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.passed += seconds


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and when it began."""

    at: float
    endpoint: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def id(self) -> int:
        found: int = json.loads(self.body)["data"]["id"]
        return found


@dataclass(slots=True)
class Instant:
    """An engine that answers at once, as ``answer`` says; ``most`` is how many were in flight together."""

    time: Time
    answer: Callable[[Sent], Answer] = lambda _sent: Answer(204)
    sent: list[Sent] = field(default_factory=list)
    most: int = 0
    wires: list[EngineSettings] = field(default_factory=list)
    _flights: list[tuple[int, Sent]] = field(default_factory=list)

    @property
    def times(self) -> list[float]:
        """When each request began, from the first one on."""
        return [round(one.at - self.sent[0].at, 6) for one in self.sent]

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.sent]

    def start(self, token: int, address: Address, request: Request) -> None:
        one = Sent(self.time.passed, str(address), request.body, dict(request.headers))
        self.sent.append(one)
        self._flights.append((token, one))
        self.most = max(self.most, len(self._flights))

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        assert seconds >= 0
        flights, self._flights = self._flights, []
        return [(token, self.answer(one)) for token, one in flights]

    def close(self) -> None:
        self._flights.clear()


def install(monkeypatch: pytest.MonkeyPatch, engine: Any) -> None:
    """Let senders send by this engine."""

    def make(settings: EngineSettings) -> Any:
        engine.wires.append(settings)
        return engine

    monkeypatch.setattr(sender_module, "make_engine", make)
