"""The right receivers of the zoo, each behind a lock: no race of theirs is taken for a mistake."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest
from ordering.zoo.event_sets import NAMES, events_of
from ordering.zoo.members import RIGHT
from ordering.zoo.receiver import Receiver

from steppay_mock import explore

pytestmark = pytest.mark.exhaustive  # alike on every Python

_MOST = 5  # events
_LONGER = {"points-ledger": "refund-in-parts"}  # with fewer events it keeps too little to be proved


@pytest.mark.parametrize("receiver", RIGHT, ids=str)
def test_no_race_of_a_right_receiver_is_lost(receiver: Receiver) -> None:
    verdicts = []
    for name in NAMES:
        events = events_of(name)
        if len(events) > _MOST and _LONGER.get(receiver.name) != name:
            continue
        shop, lock = receiver.make(events), Lock()

        def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            with lock:  # noqa: B023 - it is called within this turn
                return shop.app(environ, start_response)  # noqa: B023

        found = explore(
            events,
            app,
            state=shop.state,
            effects=shop.effects,
            save=shop.save,
            restore=shop.restore,
            overlap=1,
            losses=False,
            seed=7,
        )
        assert found.verdict in {"proved", "vacuous"}, (name, found.report())
        verdicts.append(found.verdict)
    assert "proved" in verdicts
