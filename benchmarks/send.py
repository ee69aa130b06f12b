"""How many signed deliveries a second does the sender make, its journal included, beside other clients and wrk?"""

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
    events = make_events(["payment.completed", "subscription.updated"], n=100 if quick else 500, seed=7)
    bodies = [event.body for event in events]
    with tempfile.TemporaryDirectory() as folder, nginx() as url:
        tables, goals = [], []
        for keep_alive in (False, True):
            table, found = _beside_others(url, events, bodies, Path(folder), keep_alive=keep_alive, quick=quick)
            tables.append(table)
            goals += found
        table, goal = _against_a_slow_one(events, quick=quick)
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
    contenders = [Contender(name=name, run=run, operations=len(bodies)) for name, run in runs.items()]
    headers = {"connection": "keep-alive" if keep_alive else "close", **_headers(bodies[0])}
    headers.pop("content-length")
    seconds = 1 if quick else 3
    rates = [wrk(url, connections=AT_ONCE, seconds=seconds, body=bodies[0], headers=headers)]
    timings = take_turns(contenders, rounds=3 if quick else 11, turn=0)
    rates.append(wrk(url, connections=AT_ONCE, seconds=seconds, body=bodies[0], headers=headers))
    rows = [Row(name, 1 / timings.seconds(name), timings.ratio(name, name)) for name in runs]
    rows = [Row(row.name, row.value, row.value / rows[2].value) for row in rows]
    note = "one thread, the same request again and again"
    rows.append(Row("wrk", median(rates), median(rates) / rows[2].value, note))
    name = "keep-alive" if keep_alive else "connection: close"
    ratio = timings.ratio(one, written)
    goals = [Goal(f"{name}, beside requests", ">=", 10 if keep_alive else 4, "x", ratio)]
    if not keep_alive:
        goals.append(Goal(f"{name}, beside wrk", ">=", 0.4, "x", rows[0].value / median(rates)))
    return Table(f"Deliveries, {name}; the ratio is to requests.Session", "a second", rows), goals


def _against_a_slow_one(events: Sequence[Event], *, quick: bool) -> tuple[Table, Goal]:
    most = AT_ONCE / DELAY
    with slow_receiver(DELAY) as url:
        rates = []
        for _ in range(1 if quick else 3):
            tally = Sender(url, secret=SECRET, concurrency=AT_ONCE).send(events, seed=7)
            assert tally.ok
            rates.append(tally.rate)
    rate = median(rates)
    title = f"Deliveries to a receiver that takes {DELAY * 1000:g} ms; the ratio is to {most:g}"
    table = Table(title, "a second", [Row("Sender", rate, rate / most)])
    return table, Goal(f"of {most:g} a second that {AT_ONCE} at once can be", ">=", 0.9, "x", rate / most)


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
