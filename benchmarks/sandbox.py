"""Loads a sandbox: 50 calls a second on its API while 200 webhooks a second go out. No error, and how long calls take.

A call is due at its moment, whatever the answers before it take: what a client waits for counts. Beside it the same
number of calls, half of which write, to json-server and localstripe, as far as they are installed. They send nothing.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from threading import Lock
from time import monotonic, sleep
from typing import Any

from urllib3 import HTTPConnectionPool, PoolManager

from benchmarks.measure import Goal, Report, Row, Table, main
from benchmarks.receivers import free_port, running, slow_receiver

CALLS, DELIVERIES = 50, 200
"""A second."""
ENDPOINTS = 4
AT_ONCE = 32
PEERS = Path(__file__).parent / "peers"
"""Where `npm ci --prefix benchmarks/peers` puts json-server."""
_WISHES = dict.fromkeys(("marketingSms", "marketingEmail", "marketingKakao"), False)


@dataclass(slots=True)
class Load:
    """What came of the calls: how long each took, in seconds, and what was no success."""

    taken: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, taken: float, error: str | None) -> None:
        """Count one call."""
        with self.lock:
            self.taken.append(taken)
            if error is not None:
                self.errors.append(error)

    def percentile(self, number: int) -> float:
        """How long so many of a hundred calls take at most, in milliseconds."""
        return quantiles(self.taken, n=100, method="inclusive")[number - 1] * 1_000


def load(call: Callable[[int], None], *, seconds: int) -> Load:
    """Make the calls, each when it is due."""
    found, begun = Load(), monotonic() + 0.1

    def make(number: int) -> None:
        due = begun + number / CALLS
        error = None
        sleep(max(0.0, due - monotonic()))
        try:
            call(number)
        except Exception as raised:  # noqa: BLE001 - whatever it is, the client has no answer
            error = f"{type(raised).__name__}: {raised}"
        found.add(monotonic() - due, error)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(make, range(CALLS * seconds)))
    return found


class Shop:
    """Customers who order, pay and look, by the API of a sandbox: five calls each, three of which write."""

    def __init__(self, pool: HTTPConnectionPool, price: dict[str, str]) -> None:
        self._pool = pool
        self._price = price
        self._ready: tuple[list[dict[str, Any]], ...] = ([], [], [], [], [])
        """The visits whose next call is this one, of five."""
        self._lock = Lock()

    def call(self, number: int) -> None:
        """The next call of some visit, or a look at the list if none is ready for it."""
        step = number % 5
        with self._lock:
            waiting = self._ready[step]
            visit = {} if step == 0 else waiting.pop(0) if waiting else None
        self._do(*((4, {}) if visit is None else (step, visit)))
        if visit is not None and step < 3:
            with self._lock:
                self._ready[step + 1].append(visit)

    def _do(self, step: int, visit: dict[str, Any]) -> None:
        if step == 0:
            given = {"name": "김민지", "email": "kim@example.com", "attributes": {}, **_WISHES}
            visit["customer"] = self._ask("POST", "/api/v1/customers", given)["id"]
        elif step == 1:
            given = {"customerId": visit["customer"], "items": [self._price]}
            visit["order"] = self._ask("POST", "/api/v1/orders", given)["code"]
        elif step == 2:
            self._ask("POST", f"/_mock/orders/{visit['order']}/pay", {})
        elif step == 3:
            assert self._ask("GET", f"/api/v1/orders/{visit['order']}")["paymentDate"] is not None
        else:
            self._ask("GET", "/api/v1/orders?size=20")

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Secret-Token": "test_token", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        answer = self._pool.urlopen(method, path, body=sent, headers=headers, retries=False, timeout=30)
        assert answer.status in {200, 201}, f"{method} {path}: {answer.status} {answer.data[:200]!r}"
        found: dict[str, Any] = json.loads(answer.data)
        return found


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    seconds = 3 if quick else 60
    rows: list[tuple[str, Load, str]] = []
    with sandbox() as url, slow_receiver(0.0) as receiver:
        of_sandbox, rate = _of_sandbox(url, receiver, seconds=seconds)
    rows.append(("sandbox", of_sandbox, f"{rate:.0f} deliveries a second beside it"))
    for name, peer_of in (("json-server", json_server), ("localstripe", localstripe)):
        with peer_of() as call:
            if call is not None:
                rows.append((name, load(call, seconds=seconds), "no deliveries"))
    for name, found, _ in rows:
        for error in found.errors[:5]:
            print(f"{name}: {error}", file=sys.stderr)
    tables = [
        Table(
            f"{CALLS} calls a second for {seconds} s, percentile {number}",
            "ms",
            [Row(name, found.percentile(number), note=note) for name, found, note in rows],
        )
        for number in (50, 99)
    ]
    goals = [
        Goal("errors of the sandbox", "<=", 0, "", len(of_sandbox.errors)),
        Goal("deliveries a second", ">=", DELIVERIES, "", rate),
    ]
    return Report(tables, goals, ["urllib3", "werkzeug"])


def _of_sandbox(url: str, receiver: str, *, seconds: int) -> tuple[Load, float]:
    """The load of the API, and the deliveries a second that succeeded from its first call to its last answer."""
    with HTTPConnectionPool(url.removeprefix("http://"), maxsize=AT_ONCE, block=True) as pool:

        def control(method: str, path: str, body: Any = None) -> Any:
            sent = None if body is None else json.dumps(body)
            return pool.urlopen(method, f"/_mock/{path}", body=sent, retries=False, timeout=120).json()

        for number in range(ENDPOINTS):
            control("PUT", f"endpoints/shop{number}", {"url": receiver, "secret": "whsec_test"})
        headers = {"Secret-Token": "test_token"}
        (product,) = pool.urlopen("GET", "/api/v1/products", headers=headers, retries=False).json()["content"]
        shop = Shop(pool, {"productCode": product["code"], "priceCode": product["prices"][0]["code"]})
        began = monotonic()
        found = load(shop.call, seconds=seconds)
        events = control("POST", "deliveries/settle")["events"]
        taken = monotonic() - began
        lost = [one for one in control("GET", "deliveries")["deliveries"] if one["state"] != "SUCCESS"]
        assert not lost, lost[0]
        return found, events * ENDPOINTS / taken


@contextmanager
def sandbox() -> Iterator[str]:
    """A sandbox in a process of its own, with a file; gives its URL."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        words = ["dev", "--port", str(port), "--seed", "7", "--clock", "still", "--data", f"{folder}/sandbox.sqlite"]
        with running([sys.executable, "-m", "steppay_mock.cli", *words], port, quiet=True):
            yield f"http://127.0.0.1:{port}"


@contextmanager
def json_server() -> Iterator[Callable[[int], None] | None]:
    """json-server: customers that are made, and read."""
    program = PEERS / "node_modules" / ".bin" / "json-server"
    if not program.exists():
        print(f"json-server is not there. Install it: npm ci --prefix {PEERS}", file=sys.stderr)
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "db.json").write_text('{"customers": []}', encoding="utf-8")
        port = free_port()
        with running([str(program), "--port", str(port), "--host", "127.0.0.1", f"{folder}/db.json"], port, quiet=True):
            yield partial(_make_or_read, PoolManager(maxsize=AT_ONCE), f"http://127.0.0.1:{port}/customers", {}, [])


@contextmanager
def localstripe() -> Iterator[Callable[[int], None] | None]:
    """localstripe: customers that are made, and read."""
    program = shutil.which("localstripe", path=str(Path(sys.executable).parent)) or shutil.which("localstripe")
    if program is None:
        print("localstripe is not there. Install it: pip install localstripe", file=sys.stderr)
        yield None
        return
    port = free_port()
    with running([program, "--from-scratch", "--port", str(port)], port, quiet=True):
        headers = {"Authorization": "Bearer sk_test_benchmark"}
        yield partial(_make_or_read, PoolManager(maxsize=AT_ONCE), f"http://127.0.0.1:{port}/v1/customers", headers, [])


def _make_or_read(pool: PoolManager, url: str, headers: dict[str, str], made: list[str], number: int) -> None:
    if number % 2 == 0 or not made:
        given = {"name": "Kim Minji", "email": "kim@example.com"}
        if headers:  # Stripe takes forms
            answer = pool.request("POST", url, fields=given, headers=headers, encode_multipart=False, retries=False)
        else:
            answer = pool.request("POST", url, json=given, retries=False)
        assert answer.status in {200, 201}, f"{answer.status} {answer.data[:200]!r}"
        made.append(answer.json()["id"])
    else:
        answer = pool.request("GET", f"{url}/{made[-1]}", headers=headers, retries=False)
        assert answer.status == 200, f"{answer.status} {answer.data[:200]!r}"


if __name__ == "__main__":
    main(__doc__, build)
