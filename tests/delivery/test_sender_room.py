"""Before it sends, a sender makes room for the connections that may be open at once, and for no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from delivery.standins import Instant, Time, install

from steppay_mock import Endpoint, Schedule, Sender, make_events
from steppay_mock.delivery.schedule import Overlap, plan
from steppay_mock.delivery.sender import sender_run

EVENTS = make_events("order.created", n=6, seed=7)
TOGETHER = plan(EVENTS, [Overlap(events=(0, 1, 2, 3))])


@pytest.mark.parametrize(
    ("events", "receivers", "options", "needed", "journalled"),
    [
        (EVENTS, 1, {}, 1, 1),
        (EVENTS, 1, {"concurrency": 4}, 4, 4),
        (EVENTS, 1, {"concurrency": 9}, 9, 6),
        (EVENTS, 2, {"concurrency": 9}, 9, 9),
        (EVENTS, 2, {"concurrency": 20}, 20, 12),
        (EVENTS, 2, {"concurrency": 4, "keep_alive": True}, 8, 8),
        (EVENTS, 1, {"concurrency": 4, "keep_alive": True}, 4, 4),
        (TOGETHER, 1, {}, 4, 4),
        (TOGETHER, 1, {"concurrency": 2}, 4, 4),
        (TOGETHER, 1, {"concurrency": 9}, 9, 4),
        (TOGETHER, 2, {"keep_alive": True}, 16, 16),
    ],
)
def test_room_is_made_for_what_may_be_open_at_once(
    *,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    events: Any,
    receivers: int,
    options: dict[str, Any],
    needed: int,
    journalled: int,
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(sender_run, "make_room", asked.append)
    engine = Instant(Time())
    install(monkeypatch, engine)
    hooks = [Endpoint(url=f"http://127.0.0.1:9/{one}", name=str(one)) for one in range(receivers)]
    for journal in (None, tmp_path / "journal.sqlite"):
        Sender(hooks, journal=journal, clock=engine.time.clock, **options).send(events, seed=7).assert_ok()
    assert asked == [needed, journalled]
    widest = 4 * receivers if isinstance(events, Schedule) else 1
    assert {wire.concurrency for wire in engine.wires} == {max(options.get("concurrency", 1), widest)}
