"""The webhooks that came in, in the tables of the sandbox's file: each is there before its sender gets an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.journal.cells import headers_of
from steppay_mock.sandbox.inbox.received import ForwardedWebhook

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.sandbox.storage import SandboxFile

MOST_KEPT = 1000
"""The number of webhooks, the newest of all inboxes, that are kept: a tunnel lets anyone send some."""
_MOST_BYTES = 50_000_000  # of their bodies

_WEBHOOKS = """
SELECT w.number, w.inbox, w.came_at, w.query, w.headers, w.body,
    f.number, f.url, f.sent_at, f.status, f.latency, f.error, f.headers, f.body
FROM sandbox_inbox w LEFT JOIN sandbox_forwards f ON f.webhook = w.number
    AND f.number = (SELECT max(g.number) FROM sandbox_forwards g WHERE g.webhook = w.number)
"""
_TOO_OLD = """
SELECT max(number) FROM (
    SELECT number, row_number() OVER newest AS place, sum(length(body)) OVER newest AS size
    FROM sandbox_inbox WINDOW newest AS (ORDER BY number DESC)
) WHERE place > ? OR size > ?
"""
_FORWARDS = "SELECT number, url, sent_at, status, latency, error, headers, body FROM sandbox_forwards"
_ADD_FORWARD = (
    "INSERT INTO sandbox_forwards (webhook, number, url, sent_at) SELECT ?, coalesce(max(number), 0) + 1, ?, ? "
    "FROM sandbox_forwards WHERE webhook = ? RETURNING number"
)


class KeptWebhooks:
    """The tables, for all threads of a sandbox."""

    def __init__(self, file: SandboxFile) -> None:
        self._file = file

    def add(
        self,
        *,
        inbox: str,
        came_at: float,
        query: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        forward_to: str | None,
    ) -> int:
        """Keep a webhook, and that it has to be forwarded; its number."""
        with self._file.transaction() as connection:
            ((number,),) = connection.execute(
                "INSERT INTO sandbox_inbox (inbox, came_at, query, headers, body) VALUES (?, ?, ?, ?, ?) "
                "RETURNING number",
                (inbox, came_at, query, json.dumps(headers), body),
            ).fetchall()
            if forward_to is not None:
                connection.execute(_ADD_FORWARD, (number, forward_to, came_at, number)).fetchall()
            ((last,),) = connection.execute(_TOO_OLD, (MOST_KEPT, _MOST_BYTES)).fetchall()
            if last is not None:
                connection.execute("DELETE FROM sandbox_forwards WHERE webhook <= ?", (last,))
                connection.execute("DELETE FROM sandbox_inbox WHERE number <= ?", (last,))
        return int(number)

    def add_forward(self, webhook: int, url: str, *, at: float) -> int:
        """Keep that a webhook has to be forwarded once more; the number of the attempt."""
        ((number,),) = self._file.write(_ADD_FORWARD, webhook, url, at, webhook)
        return int(number)

    def end_forward(self, webhook: int, attempt: int, answer: Answer, *, at: float) -> None:
        """Keep what came of an attempt that began then."""
        self._file.write(
            "UPDATE sandbox_forwards SET sent_at = ?, status = ?, latency = ?, error = ?, headers = ?, body = ? "
            "WHERE webhook = ? AND number = ?",
            *(at, answer.status, answer.latency, answer.error, json.dumps(answer.headers), answer.body),
            *(webhook, attempt),
        )

    def rows(self, *, inbox: str | None = None, number: int | None = None) -> list[tuple[Any, ...]]:
        """The webhooks that are asked for, the newest first, each with its newest attempt; None: all."""
        return self._file.ask(
            f"{_WEBHOOKS} WHERE w.inbox = coalesce(?, w.inbox) AND w.number = coalesce(?, w.number) "
            "ORDER BY w.number DESC",
            *(inbox, number),
        )

    def forwards(self, webhook: int) -> list[ForwardedWebhook]:
        """All attempts to forward a webhook, the first one first."""
        rows = self._file.ask(f"{_FORWARDS} WHERE webhook = ? ORDER BY number", webhook)
        return [forwarded(row) for row in rows]

    def pending(self) -> list[tuple[int, int, str]]:
        """The attempts without an answer, with the number of the webhook and the URL."""
        rows = self._file.ask(
            "SELECT webhook, number, url FROM sandbox_forwards WHERE latency IS NULL ORDER BY webhook, number"
        )
        return [(int(webhook), int(number), str(url)) for webhook, number, url in rows]

    def counts(self) -> dict[str, int]:
        """The number of webhooks of each inbox that has some."""
        return dict(self._file.ask("SELECT inbox, count(*) FROM sandbox_inbox GROUP BY inbox ORDER BY inbox"))

    def clear(self, inbox: str | None) -> None:
        """Remove the webhooks of an inbox, or of all."""
        with self._file.transaction() as connection:
            connection.execute("DELETE FROM sandbox_inbox WHERE inbox = coalesce(?, inbox)", (inbox,))
            connection.execute("DELETE FROM sandbox_forwards WHERE webhook NOT IN (SELECT number FROM sandbox_inbox)")


def forwarded(row: Sequence[Any]) -> ForwardedWebhook:
    """The attempt of a row."""
    number, url, sent_at, status, latency, error, headers, body = row
    return ForwardedWebhook(
        number=number,
        url=url,
        sent_at=sent_at,
        status=status,
        latency=latency,
        error=error,
        headers=headers_of(headers),
        body=body or b"",
    )
