"""The example receivers are proved, for whole scenarios, in every order and with every late duplicate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from examples.conftest import SECRET, TABLES

from steppay_mock import Exploration, explore, scenario

if TYPE_CHECKING:
    from examples.conftest import Receiver

pytestmark = pytest.mark.exhaustive  # alike on every Python

SCENARIOS = {
    "refund-in-parts": True,
    "subscription-order-cancelled": True,
    "invoice-paid": True,
    "subscription-trial-converts": True,
    "invoice-reserved-then-overdue": False,  # ten events: with duplicates it takes twice the deliveries
}

Saved = dict[str, list[tuple[Any, ...]]]


def save(receiver: Receiver) -> Saved:
    return {table: [tuple(row) for row in receiver.connection.execute(f"SELECT * FROM {table}")] for table in TABLES}


def restore(receiver: Receiver, saved: Saved) -> None:
    receiver.clear()
    with receiver.connection:
        for table, rows in saved.items():
            for row in rows:
                receiver.connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def proved(receiver: Receiver, name: str, *, duplicates: bool) -> Exploration:
    story = scenario(name, seed=7)
    assert len(story) >= 8
    return explore(
        story,
        receiver.app,
        secret=SECRET,
        state=receiver.everything,
        save=lambda: save(receiver),
        restore=lambda saved: restore(receiver, saved),
        duplicates=duplicates,
        budget=50_000,
    )


def test_a_refund_is_proved_in_every_order(receiver: Receiver) -> None:
    result = proved(receiver, "refund-in-parts", duplicates=False)
    assert result.verdict == "proved", result.report()
    assert result.coverage.orders == 40_320


@pytest.mark.hunt
@pytest.mark.parametrize(("name", "duplicates"), SCENARIOS.items())
def test_whole_scenarios_are_proved(receiver: Receiver, name: str, *, duplicates: bool) -> None:
    result = proved(receiver, name, duplicates=duplicates)
    assert result.verdict == "proved", result.report()
