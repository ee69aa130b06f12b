"""Threads in flight send in the same moment, and nobody waits for one that never comes."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread

import pytest

from steppay_mock.ordering.receiver import flight
from steppay_mock.ordering.receiver.flight import StartBarrier


def test_nobody_goes_through_a_gate_before_all_are_there() -> None:
    gate, sent = StartBarrier(2), Flag()
    first = Thread(target=gate.go_through, args=(sent.set,))
    first.start()
    assert not sent.is_set()
    assert gate.go_through(lambda told: told, "sent") == "sent"
    first.join(20)
    assert sent.is_set()


def test_who_waits_alone_goes_through_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight, "_SOON", 0.01)
    assert StartBarrier(2).go_through(lambda: "sent") == "sent"
