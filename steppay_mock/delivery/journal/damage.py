"""Finds the damaged rows of a journal, which cannot be sent, before anything is sent."""

from __future__ import annotations

from shlex import quote

from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.errors import SteppayMockError


def refuse_damage(journal: Journal, run: int) -> None:
    """Raise a SteppayMockError that names the first delivery of the run that is damaged.

    Neither guess is good: sent again it may repeat what has arrived, and left out it is lost.
    """
    for query in (_DELIVERIES, _ATTEMPTS):
        for number, what in journal.ask(query, run):
            raise SteppayMockError(
                f"Delivery {number} of run {run} in {journal.path} is damaged: {_WORDS[what]}. Nothing was sent: "
                f"it is not known whether it arrived. {_next_step(number, what, journal.path)}"
            )
    for what in _damaged_run(journal, run):
        raise SteppayMockError(
            f"Run {run} in {journal.path} is damaged: {what}. Nothing was sent. Take a copy of the file from before."
        )


def _next_step(number: int, what: str, path: str) -> str:
    if what != "state":
        return "Take a copy of the file from before, or send its events anew."
    change = f"SET state = 'PENDING' WHERE id = {number}"
    return (
        f"See what is known of it: steppay-mock log show {number} --journal {quote(path)}. Then set its state to "
        f'SUCCESS if it arrived, or to PENDING to let it be sent: sqlite3 {quote(path)} "UPDATE deliveries {change}"'
    )


def _damaged_run(journal: Journal, run: int) -> list[str]:
    found = []
    if journal.ask(_NUMBERS, run):
        found.append("its seed, or where it begins, is no number")
    if journal.ask("SELECT 1 FROM hooks WHERE run = ? AND (typeof(name) <> 'text' OR typeof(url) <> 'text')", run):
        found.append("a receiver has no name or URL that is text")
    return found


_WORDS = {
    "state": "its state is none of PENDING, SUCCESS and FAIL",
    "number": "a number of it is none",
    "event": "its event is missing",
    "body": "the body of its event is none",
    "hook": "its receiver is missing",
    "words": "a member that is text is none",
    "attempt": "a number of an attempt is none",
}

_NUMBERS = """
SELECT 1 FROM runs
WHERE id = ? AND (typeof(seed) <> 'integer' OR typeof(first_delivery) NOT IN ('integer', 'null'))
"""

_DELIVERIES = """
SELECT d.id, CASE
    WHEN d.state NOT IN ('PENDING', 'SUCCESS', 'FAIL') THEN 'state'
    WHEN e.id IS NULL THEN 'event'
    WHEN h.id IS NULL THEN 'hook'
    WHEN typeof(e.body) NOT IN ('blob', 'text') THEN 'body'
    WHEN typeof(d.position) <> 'integer' OR typeof(d.place) <> 'integer'
        OR typeof(d.wait) NOT IN ('real', 'integer') OR d.wait NOT BETWEEN 0 AND 1e12
        OR typeof(d.due) NOT IN ('real', 'integer', 'null') OR typeof(d.batch) NOT IN ('integer', 'null') THEN 'number'
    WHEN typeof(e.type) <> 'text' OR typeof(d.again) NOT IN ('text', 'null') OR typeof(d.fault) NOT IN ('text', 'null')
        THEN 'words'
    END AS what
FROM deliveries d LEFT JOIN events e ON e.id = d.event LEFT JOIN hooks h ON h.id = d.hook AND h.run = d.run
WHERE d.run = ? AND what IS NOT NULL ORDER BY d.id LIMIT 1
"""

_ATTEMPTS = """
SELECT a.delivery, 'attempt' FROM attempts a JOIN deliveries d ON d.id = a.delivery
WHERE d.run = ? AND (typeof(a.number) <> 'integer' OR typeof(a.answered_at) NOT IN ('real', 'integer', 'null')
    OR typeof(a.signed_at) NOT IN ('integer', 'null'))
ORDER BY a.delivery LIMIT 1
"""
