from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from steppay_mock import Report, SteppayMockError, deliver

Payloads = Callable[[int], list[dict[str, Any]]]


def accept(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("204 No Content", [])
    return []


def ids(report: Report) -> list[int]:
    return [outcome.event.data["id"] for outcome in report]


def test_occurrence_is_the_default_order(payloads: Payloads) -> None:
    report = deliver(payloads(4), to=accept)
    assert (report.order, ids(report)) == ("occurrence", [0, 1, 2, 3])
    assert [outcome.position for outcome in report] == [0, 1, 2, 3]


def test_reversed_delivers_the_last_first(payloads: Payloads) -> None:
    report = deliver(iter(payloads(4)), to=accept, order="reversed")
    assert ids(report) == [3, 2, 1, 0]
    assert [outcome.position for outcome in report] == [0, 1, 2, 3]


def test_a_seed_fixes_the_shuffled_order_on_every_python(payloads: Payloads) -> None:
    report = deliver(payloads(10), to=accept, order="shuffled", seed=7)
    assert ids(report) == [8, 6, 3, 1, 0, 5, 9, 7, 4, 2]
    assert report.seed == 7


def test_a_drawn_seed_is_told_and_repeats_the_order(payloads: Payloads) -> None:
    drawn = deliver(payloads(30), to=accept, order="shuffled")
    assert sorted(ids(drawn)) == list(range(30))
    assert ids(deliver(payloads(30), to=accept, order="shuffled", seed=drawn.seed)) == ids(drawn)
    assert deliver(payloads(30), to=accept, order="shuffled").seed != drawn.seed
    assert f"shuffled order (seed {drawn.seed})" in str(drawn)


def test_a_seed_repeats_every_byte_but_not_across_deliveries(payloads: Payloads) -> None:
    seen: list[str] = []

    def receiver(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["HTTP_X_B3_TRACEID"])
        return accept(environ, start_response)

    for _ in range(2):
        deliver(payloads(2), to=receiver, seed=3)
    assert seen[:2] == seen[2:]
    assert seen[0] != seen[1]


def test_an_iterator_is_read_while_it_is_delivered(payloads: Payloads) -> None:
    log: list[str] = []

    def happening() -> Iterator[dict[str, Any]]:
        for number, payload in enumerate(payloads(2)):
            log.append(f"happens {number}")
            yield payload

    def receiver(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        log.append("arrives")
        return accept(environ, start_response)

    deliver(happening(), to=receiver).assert_ok()
    assert log == ["happens 0", "arrives", "happens 1", "arrives"]


@pytest.mark.parametrize("order", ["shufled", None, ["shuffled"]])
def test_an_unknown_order_is_named(payloads: Payloads, order: Any) -> None:
    with pytest.raises(SteppayMockError) as caught:
        deliver(payloads(1), to=accept, order=order)
    near = "Did you mean 'shuffled'?" if order else "Leave it out for occurrence."
    assert str(caught.value) == (
        f"order={order!r}: expected 'occurrence', 'shuffled', 'reversed', 'entities' or 'busy-second'. {near}"
    )
