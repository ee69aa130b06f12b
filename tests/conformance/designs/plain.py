"""Right receivers without a framework: a log in a file, a Redis in small, versions as dataclasses, and tombstones."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from conformance.designs import vendor
from conformance.designs.design import PATH, Opened

Take = Callable[[bytes], int]


def _wsgi(take: Take, *, refusal: int) -> Any:
    """A WSGI app around ``take``."""

    def answer(environ: dict[str, Any]) -> int:
        if environ["PATH_INFO"] != PATH:
            return 404
        if environ["REQUEST_METHOD"] != "POST":
            return 405
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not vendor.is_genuine(environ.get("HTTP_STEPPAY_SIGNATURE"), body):
            return refusal
        try:
            return take(body)
        except vendor.NoWebhookError:
            return 400

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(f"{answer(environ)} .", [])
        return []

    return app


def _asgi(take: Take, *, refusal: int) -> Any:
    """An ASGI app around ``take``."""

    def answer(scope: dict[str, Any], body: bytes) -> int:
        if scope["path"] != PATH:
            return 404
        if scope["method"] != "POST":
            return 405
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not vendor.is_genuine(headers.get(b"steppay-signature"), body):
            return refusal
        try:
            return take(body)
        except vendor.NoWebhookError:
            return 422

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] != "http":
            return
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        status = answer(scope, b"".join(parts))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


@contextmanager
def event_log(folder: Path) -> Iterator[Opened]:
    """Bodies at the end of a file, one a line; the rows are made of all of them, in an order of their own."""
    file, lock = folder / "events.jsonl", Lock()
    file.touch()

    def take(body: bytes) -> int:
        envelope = vendor.read(body)
        with lock, file.open("a", encoding="utf-8") as log:
            log.write(json.dumps(envelope, default=vendor.plain) + "\n")
        return 204

    def history() -> list[dict[str, Any]]:
        lines = file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in sorted(set(lines))]  # a copy is the same line

    def state() -> dict[str, Any]:
        payments: dict[int, Any] = {}
        subscriptions: dict[int, Any] = {}
        for envelope in sorted(filter(_is_kept, history()), key=vendor.order_of):
            data = envelope["data"]
            if envelope["event"] in vendor.PAYMENT_EVENTS:
                paid, canceled = vendor.plain(vendor.paid_of(envelope)), vendor.plain(vendor.canceled_of(envelope))
                row = {"status": data["status"], "paid_amount": paid, "canceled_amount": canceled}
                payments[data["paymentId"]] = row
            else:
                row = {"status": data["status"], "end_date": vendor.moment(data.get("endDate"))}
                subscriptions[data["subscriptionId"]] = row
        return {"payments": payments, "subscriptions": subscriptions}

    def reset() -> None:
        file.write_text("", encoding="utf-8")

    yield Opened(receiver=_wsgi(take, refusal=401), state=state, reset=reset)


def _is_kept(envelope: dict[str, Any]) -> bool:
    return envelope["event"] in vendor.PAYMENT_EVENTS or envelope["event"] in vendor.SUBSCRIPTION_EVENTS


class SmallRedis:
    """Three commands of Redis. A sorted set has its members by score, and those of one score by their bytes."""

    def __init__(self) -> None:
        self.sets: defaultdict[str, set[str]] = defaultdict(set)
        self.sorted_sets: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def sadd(self, key: str, member: str) -> int:
        """1 if the member is new."""
        before = len(self.sets[key])
        self.sets[key].add(member)
        return len(self.sets[key]) - before

    def zadd(self, key: str, score: int, member: str) -> None:
        """Put a member in its place."""
        self.sorted_sets[key][member] = score

    def last(self, key: str) -> str:
        """ZREVRANGE key 0 0."""
        return max(self.sorted_sets[key].items(), key=lambda item: (item[1], item[0]))[0]

    def flush(self) -> None:
        """FLUSHALL."""
        self.sets.clear()
        self.sorted_sets.clear()


@contextmanager
def redis(_folder: Path) -> Iterator[Opened]:
    """All bodies in a sorted set for each thing, by their second; the last member says how it is."""
    server, lock, mails = SmallRedis(), Lock(), list[str]()

    def take(body: bytes) -> int:
        envelope = vendor.read(body)
        if envelope["event"] not in vendor.SUBSCRIPTION_EVENTS:
            return 202
        key = f"subscription:{vendor.id_of(envelope)}"
        member = f"{vendor.step_of(envelope):03d} {vendor.digest(envelope)} {body.decode()}"
        with lock:
            if server.sadd("seen", vendor.digest(envelope)):
                server.zadd(key, envelope["timestamp"], member)
                if envelope["data"]["status"] in vendor.ENDED:
                    mails.append(f"goodbye, {key}")
        return 202

    def state() -> dict[str, Any]:
        told = {}
        for key in sorted(server.sorted_sets):
            data = json.loads(server.last(key).split(" ", 2)[2])["data"]
            due = vendor.moment(data.get("nextPaymentDate"))
            told[key] = {"status": data["status"], "next_payment": due and due.isoformat()}
        return told

    def reset() -> None:
        server.flush()
        mails.clear()

    yield Opened(receiver=_wsgi(take, refusal=403), state=state, reset=reset, effects=lambda: sorted(mails))


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """What says which of two is newer, by the order of its fields."""

    step: int
    second: int
    canceled: Any
    digest: str


@dataclass(slots=True)
class PaymentRow:
    """A payment that climbs."""

    version: Version
    status: str
    paid: str
    canceled: str

    def climb(self, to: PaymentRow) -> None:
        """Become the other one, if that is newer."""
        if self.version < to.version:
            self.version, self.status, self.paid, self.canceled = to.version, to.status, to.paid, to.canceled


@contextmanager
def dataclasses(_folder: Path) -> Iterator[Opened]:
    """Versions that compare as dataclasses do: by their fields, the first one first."""
    rows: dict[str, PaymentRow] = {}

    def take(body: bytes) -> int:
        envelope = vendor.read(body)
        match envelope:
            case {
                "event": "payment.standby" | "payment.failed" | "payment.completed" | "payment.canceled",
                "data": data,
            }:
                new = PaymentRow(
                    version=Version(*vendor.order_of(envelope)),
                    status=data["status"],
                    paid=vendor.plain(vendor.paid_of(envelope)),
                    canceled=vendor.plain(vendor.canceled_of(envelope)),
                )
                rows.setdefault(str(data["paymentId"]), new).climb(new)
        return 200

    def state() -> list[Any]:
        return [
            {"payment_id": key, "status": row.status, "paid_amount": row.paid, "canceled_amount": row.canceled}
            for key, row in sorted(rows.items())
        ]

    yield Opened(receiver=_asgi(take, refusal=401), state=state, reset=rows.clear)


@contextmanager
def tombstones(_folder: Path) -> Iterator[Opened]:
    """A customer who was deleted leaves a stone, under which no older event brings anything back."""
    customers: dict[int, tuple[tuple[Any, ...], dict[str, Any]]] = {}
    stones: set[int] = set()

    def take(body: bytes) -> int:
        envelope = vendor.read(body)
        event, data = envelope["event"], envelope["data"]
        if event == "customer.deleted":
            stones.add(vendor.id_of(envelope))
            customers.pop(vendor.id_of(envelope), None)
        elif event in vendor.CUSTOMER_EVENTS and vendor.id_of(envelope) not in stones:
            new = (vendor.order_of(envelope), {"email": data.get("email"), "phone": data.get("phone")})
            known = customers.setdefault(vendor.id_of(envelope), new)
            if known[0] < new[0]:
                customers[vendor.id_of(envelope)] = new
        return 204

    def state() -> dict[str, Any]:
        return {"customers": {key: row for key, (_, row) in customers.items()}, "deleted": sorted(stones)}

    def reset() -> None:
        customers.clear()
        stones.clear()

    yield Opened(receiver=_asgi(take, refusal=403), state=state, reset=reset)
