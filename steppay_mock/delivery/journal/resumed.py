"""The progress of a run that is resumed: what its journal has of the deliveries that have their outcome already."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.journal import cells
from steppay_mock.delivery.report import FAILURES_KEPT, OUTCOMES_KEPT
from steppay_mock.delivery.run.deliveries import DueDelivery

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Journal
    from steppay_mock.delivery.run.progress import RunProgress
    from steppay_mock.delivery.run.records import RunEndpoint

_CHUNK = 500


def recall_progress(journal: Journal, run: int, endpoints: dict[int, RunEndpoint], progress: RunProgress) -> None:
    """Count what has its outcome, and read those outcomes that the report or the verdict on a fault needs.

    ``failure`` is None in them: a journal has the words of what went wrong, not the code.
    """
    left = Counter({(endpoint, kind, state): n for endpoint, kind, state, n in journal.ask(_COUNTS, run)})
    for (endpoint, event_type, _), n in left.items():
        progress.plan(endpoints[endpoint].name, event_type, times=n)
    few = progress.planned <= OUTCOMES_KEPT and progress.keep is None
    everything = bool(progress.keep or few or journal.ask(_HAS_FAULT, run))
    failed = f"{_ENDED} AND d.state = 'FAIL' {_LIMIT}"
    rows = _ended(journal, run) if everything else journal.ask(failed, run, 0, FAILURES_KEPT)
    for row in rows:
        delivery, answer, state = _read(row)
        left[delivery.endpoint, delivery.type, state] -= 1
        name = endpoints[delivery.endpoint].name
        progress.end(delivery, answer, receiver=name, right=state == "SUCCESS", number=delivery.id)
    for (endpoint, event_type, state), n in left.items():
        if state != "PENDING":
            progress.count(endpoints[endpoint].name, event_type, right=state == "SUCCESS", times=n)
    progress.reordered = True  # or not: the run is not looked at as a whole any more


def _ended(journal: Journal, run: int) -> Iterator[tuple[Any, ...]]:
    """The rows, some hundred at a time: a run may have a million."""
    last = 0
    while rows := journal.ask(f"{_ENDED} {_LIMIT}", run, last, _CHUNK):
        yield from rows
        last = rows[-1][0]


def _read(row: tuple[Any, ...]) -> tuple[DueDelivery, Answer, str]:
    number, endpoint, kind, sent, position, place, again, fault, attempt, *answered = row
    state, status, latency, error, headers, body = answered
    answer = Answer(
        cells.perhaps_whole(status),
        _headers(headers),
        cells.content(body),
        cells.perhaps_text(error),
        latency=cells.seconds(latency),
    )
    delivery = DueDelivery(number, endpoint, kind, sent, position, place, again, 0.0, None, fault, attempts=attempt - 1)
    return delivery, answer, str(state)


def _headers(stored: object) -> dict[str, str]:
    try:
        found = json.loads(str(stored)) if stored else {}
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}


_COUNTS = """
SELECT d.hook, e.type, d.state, count(*) FROM deliveries d JOIN events e ON e.id = d.event
WHERE d.run = ? GROUP BY d.hook, e.type, d.state
"""

_HAS_FAULT = "SELECT 1 FROM deliveries WHERE run = ? AND fault IS NOT NULL LIMIT 1"

_ENDED = """
SELECT d.id, d.hook, e.type, CAST(e.body AS BLOB), d.position, d.place, d.again, d.fault, a.number, d.state,
    a.status, a.latency, a.error, a.headers, a.body
FROM deliveries d JOIN events e ON e.id = d.event
JOIN attempts a ON a.delivery = d.id AND a.number = (SELECT max(b.number) FROM attempts b WHERE b.delivery = d.id)
WHERE d.run = ? AND d.id > ? AND d.state <> 'PENDING' AND a.answered_at IS NOT NULL
"""

_LIMIT = "ORDER BY d.id LIMIT ?"
