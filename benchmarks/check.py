"""Measures a scorecard in deliveries and time, beside as many bare deliveries: in process, over HTTP, and quick.

The receiver is a Flask app that keeps the newest of each thing in a dict: the less work a receiver does, the larger is
the share of the checks. The bare deliveries are made by ``deliver`` of the events that the receiver accepted from the
card, one after the other, as often as it made deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks.measure import Contender, Goal, Report, Table, Timings, main, table_of, take_turns
from benchmarks.newest import SECRET, Newest
from steppay_mock import Event, Scorecard, check_receiver, deliver

CARD, BARE = "the card", "the same deliveries, bare"


class _SilentHandler(WSGIRequestHandler):
    """Writes no line for a request."""

    def log(self, *_arguments: Any) -> None:
        pass


@dataclass(frozen=True, slots=True)
class MeasuredCard:
    """A card of so many deliveries, and what it took beside the bare ones."""

    deliveries: int
    table: Table
    timings: Timings

    def goal(self, claim: str, bound: float) -> Goal:
        """The claim about its seconds."""
        return Goal(claim, "<=", bound, " s", self.timings.seconds(CARD))


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    short = _measure(Newest(), how="quick, in process", rounds=3 if quick else 9, proofs=False)
    cards, goals = [short], [short.goal("a quick card in process", 3)]
    if not quick:
        full = _measure(Newest(), how="in process", rounds=3, proofs=True)
        with _served() as (newest, url):
            remote = _measure(newest, to=url, how="over HTTP", rounds=1, proofs=True)
        cards += [full, remote]
        most = max(full.deliveries, remote.deliveries)
        goals += [
            full.goal("a card in process", 20),
            remote.goal("a card over HTTP", 90),
            Goal("deliveries of a card", "<=", 15_000, "", most),
        ]
    return Report([one.table for one in cards], goals, ["flask", "werkzeug"])


def _measure(newest: Newest, *, to: str | None = None, how: str, rounds: int, proofs: bool) -> MeasuredCard:
    """The card of this receiver, in process or at the URL."""
    receiver: Any = to or newest.app

    def check() -> Scorecard:
        card = check_receiver(receiver, secret=SECRET, state=newest.state, reset=newest.rows.clear, quick=not proofs)
        assert card.ok, card.report()
        return card

    bodies = newest.accepted = []
    deliveries = check().deliveries
    newest.accepted = None
    events = list(islice(cycle(_events(bodies)), deliveries))
    contenders = [
        Contender(name=BARE, run=lambda: deliver(events, to=receiver, secret=SECRET)),
        Contender(name=CARD, run=check),
    ]
    timings = take_turns(contenders, rounds=rounds, turn=0)
    title = f"A card {how}: {deliveries:,} deliveries"
    return MeasuredCard(deliveries, table_of(title, contenders, timings, unit="s", scale=1), timings)


def _events(bodies: Iterable[bytes]) -> Iterator[Event]:
    """The event of each body; a body that came again is the same event."""
    known: dict[bytes, Event] = {}
    for body in bodies:
        if body not in known:
            known[body] = Event.from_bytes(body)
        yield known[body]


@contextmanager
def _served() -> Iterator[tuple[Newest, str]]:
    """The receiver behind werkzeug's server, and its URL."""
    newest = Newest()
    server = make_server("127.0.0.1", 0, newest.app, threaded=True, request_handler=_SilentHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield newest, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    main(__doc__, build)
