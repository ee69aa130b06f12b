"""Measures that a run of a million events from a generator, with a journal, needs no more memory than one of 10,000."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from benchmarks.measure import Goal, Report, Row, Table, main
from steppay_mock import Event, Sender, make_events
from steppay_mock.delivery.address import Address
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.sender import sender as sender_module

SIZES = (10_000, 1_000_000)
MOST = 20e6


class AtOnce:
    """An engine that answers 204 at once: what is measured is the sender, not a network."""

    def __init__(self, _settings: EngineSettings) -> None:
        self._tokens: list[int] = []

    def start(self, token: int, _address: Address, _request: Request) -> None:
        """Take a request."""
        self._tokens.append(token)

    def poll(self, _seconds: float) -> list[tuple[int, Answer]]:
        """Answer them all."""
        tokens, self._tokens = self._tokens, []
        return [(token, Answer(204)) for token in tokens]

    def close(self) -> None:
        """Nothing is open."""


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    sizes = (SIZES[0], SIZES[1] // 10) if quick else SIZES
    runs = [_measured(size) for size in sizes]
    rows = []
    for run in runs:
        note = f"{run['seconds']:.1f} s, journal {run['file'] / 1e6:.0f} MB"
        rows.append(Row(f"{run['events']:,.0f} events", run["peak"] / 1e6, note=note))
    more = runs[1]["peak"] - runs[0]["peak"]
    goal = Goal("what the long run needs more", "<=", MOST / 1e6, " MB", more / 1e6)
    return Report([Table("Peak memory of a journalled run", "MB", rows)], [goal])


def send_many(size: int) -> dict[str, float]:
    """Send that many events from a generator; what it took."""
    import resource

    templates = make_events("payment.completed", n=100, seed=7)

    def events() -> Iterator[Event]:
        for number in range(size):
            payload = templates[number % 100].payload
            yield Event({**payload, "data": {**payload["data"], "paymentId": number + 1}})

    with tempfile.TemporaryDirectory() as folder, patch.object(sender_module, "make_engine", AtOnce):
        path = Path(folder) / "journal.sqlite"
        started = perf_counter()
        report = Sender("http://127.0.0.1:9", secret="whsec_benchmark", journal=path, concurrency=32).send(events())
        seconds = perf_counter() - started
        assert report.ok
        scale = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
        return {"events": size, "seconds": seconds, "peak": peak, "file": path.stat().st_size}


def _measured(size: int) -> dict[str, float]:
    """The run in a process of its own, so that its peak is its own."""
    command = [sys.executable, "-m", "benchmarks.memory", "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--size"]:
        print(json.dumps(send_many(int(sys.argv[2]))))
    else:
        main(__doc__, build)
