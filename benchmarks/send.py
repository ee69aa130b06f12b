"""Measures the signed deliveries per second of the sender, journal included, against other clients and wrk."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Contender, Goal, Report, Row, Table, main, peer, take_turns
from benchmarks.receivers import missing_tool, nginx, slow_receiver, wrk
from steppay_mock import Event, Sender, make_events
from steppay_mock.wire.headers import request_headers

SECRET = "whsec_benchmark"
AT_ONCE = 32
DELAY = 0.05


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    if (lacking := missing_tool()) is not None:
        print(lacking, file=sys.stderr)
        sys.exit(2)
    events = make_events(["payment.completed", "subscription.updated"], n=100 if quick else 1_500, seed=7)
    bodies = [event.body for event in events]
    with tempfile.TemporaryDirectory() as folder, nginx() as url:
        tables, goals = [], []
        for keep_alive in (False, True):
            table, found = _beside_others(url, events, bodies, Path(folder), keep_alive=keep_alive, quick=quick)
            tables.append(table)
            goals += found
        table, goal = _against_a_slow_one(events, Path(folder), quick=quick)
    return Report([*tables, table], [*goals, goal], ["pycurl", "requests", "aiohttp", "urllib3"])


def _beside_others(
    url: str, events: Sequence[Event], bodies: Sequence[bytes], folder: Path, *, keep_alive: bool, quick: bool
) -> tuple[Table, list[Goal]]:
    numbers = count()

    def sender(*, journal: bool) -> Callable[[], object]:
        def run() -> None:
            path = folder / f"{next(numbers)}.sqlite" if journal else None
            made = Sender(url, secret=SECRET, journal=path, concurrency=AT_ONCE, keep_alive=keep_alive)
            assert made.send(events, seed=7).ok

        return run

    written, unwritten, one, many, other = (
        "Sender, journal on",
        "Sender, journal off",
        "requests.Session",
        f"requests.Session, {AT_ONCE} threads",
        "aiohttp",
    )
    runs: dict[str, Callable[[], object]] = {
        written: sender(journal=True),
        unwritten: sender(journal=False),
        one: lambda: _with_requests(url, bodies, threads=1, keep_alive=keep_alive),
        many: lambda: _with_requests(url, bodies, threads=AT_ONCE, keep_alive=keep_alive),
        other: lambda: asyncio.run(_with_aiohttp(url, bodies, keep_alive=keep_alive)),
    }
    headers = {"connection": "keep-alive" if keep_alive else "close", **_headers(bodies[0])}
    headers.pop("content-length")
    rates: list[float] = []

    def measure_wrk() -> None:
        rates.append(wrk(url, connections=AT_ONCE, seconds=1, body=bodies[0], headers=headers))

    contenders = [Contender(name=name, run=run, operations=len(bodies)) for name, run in runs.items()]
    timings = take_turns([*contenders, Contender(name="wrk", run=measure_wrk)], rounds=3 if quick else 9, turn=0)
    timings.rounds["wrk"] = [1 / rate for rate in rates[1:]]  # the first filled the caches
    note = {"wrk": "one thread, the same request again and again"}
    rows = [
        Row(name, 1 / timings.seconds(name), timings.ratio(one, name), note.get(name, "")) for name in timings.rounds
    ]
    way = "keep-alive" if keep_alive else "connection: close"
    goals = [Goal(f"{way}, beside requests", ">=", 10 if keep_alive else 4, "x", timings.ratio(one, written))]
    if not keep_alive:
        goals.append(Goal(f"{way}, beside wrk", ">=", 0.4, "x", timings.ratio("wrk", written)))
    return Table(f"Deliveries, {way}; the ratio is to requests.Session", "a second", rows), goals


def _against_a_slow_one(events: Sequence[Event], folder: Path, *, quick: bool) -> tuple[Table, Goal]:
    most = AT_ONCE / DELAY
    rates: dict[str, list[float]] = {"Sender, journal on": [], "Sender, journal off": []}
    with slow_receiver(DELAY) as url:
        for number in range(1 if quick else 5):
            for name, found in rates.items():
                path = folder / f"slow-{number}.sqlite" if name == "Sender, journal on" else None
                report = Sender(url, secret=SECRET, journal=path, concurrency=AT_ONCE).send(
                    events[: 20 * AT_ONCE], seed=7
                )
                assert report.ok
                found.append(report.rate)
    title = f"Deliveries to a receiver that takes {DELAY * 1000:g} ms, connection: close; the ratio is to {most:g}"
    table = Table(title, "a second", [Row(name, median(found), median(found) / most) for name, found in rates.items()])
    claim = f"of {most:g} a second that {AT_ONCE} at once can be, journal on"
    return table, Goal(claim, ">=", 0.9, "x", table.rows[0].value / most)


def _headers(body: bytes) -> dict[str, str]:
    return request_headers(body, secret=SECRET)


def _with_requests(url: str, bodies: Sequence[bytes], *, threads: int, keep_alive: bool) -> None:
    requests = peer("requests")

    def send(part: Sequence[bytes]) -> None:
        with requests.Session() as session:
            session.trust_env = False
            for body in part:
                headers = _headers(body) if keep_alive else {**_headers(body), "connection": "close"}
                assert session.post(url, data=body, headers=headers, timeout=10).status_code == 204

    if threads == 1:
        send(bodies)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, [bodies[at::threads] for at in range(threads)]))


async def _with_aiohttp(url: str, bodies: Sequence[bytes], *, keep_alive: bool) -> None:
    aiohttp: Any = peer("aiohttp")
    connector = aiohttp.TCPConnector(limit=AT_ONCE, force_close=not keep_alive)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(part: Sequence[bytes]) -> None:
            for body in part:
                async with session.post(url, data=body, headers=_headers(body)) as answer:
                    assert answer.status == 204

        await asyncio.gather(*(send(bodies[at::AT_ONCE]) for at in range(AT_ONCE)))


if __name__ == "__main__":
    main(__doc__, build)
