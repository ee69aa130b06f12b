"""Right receivers in FastAPI and Starlette: tolerant models, aiosqlite, a lock for each id, and SQLAlchemy."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiosqlite as aio
from conformance.designs import vendor
from conformance.designs.design import PATH, SECRET, Opened
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, ValidationError
from sqlalchemy import BigInteger, DateTime, Numeric, create_engine, delete, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from steppay_mock import SignatureError, verify

Take = Callable[[bytes], Awaitable[int]]


class Cancel(BaseModel):
    """What was given back."""

    canceledAmount: Decimal | None = None  # noqa: N815 - the vendor's name


class Payment(BaseModel):
    """What is read of a payment."""

    paymentId: int  # noqa: N815
    status: str
    paidAmount: Decimal | None = None  # noqa: N815
    paidAt: datetime | None = None  # noqa: N815
    cancel: Cancel | None = None


class Envelope(BaseModel):
    """What every webhook has."""

    event: str
    timestamp: int
    data: dict[str, Any]


class Ours(BaseModel):
    """A webhook about a payment."""

    data: Payment


def _is_signed(header: str | None, body: bytes) -> bool:
    try:
        verify(header, body, SECRET)
    except SignatureError:
        return False
    return True


def _starlette(take: Take, *, refusal: int) -> Any:
    async def steppay(request: Request) -> Response:
        body = await request.body()
        if not _is_signed(request.headers.get("steppay-signature"), body):
            return Response("no signature", status_code=refusal)
        try:
            return Response(status_code=await take(body))
        except vendor.NoWebhookError as error:
            return Response(str(error), status_code=400)

    return Starlette(routes=[Route(PATH, steppay, methods=["POST"])])


@contextmanager
def models(_folder: Path) -> Iterator[Opened]:
    """Models of pydantic that read what they need, and let the rest be; one lock for all."""
    rows: dict[int, tuple[tuple[Any, ...], Payment]] = {}
    lock, app = asyncio.Lock(), FastAPI()

    @app.post(PATH)
    async def steppay(request: Request) -> Response:
        body = await request.body()
        if not _is_signed(request.headers.get("steppay-signature"), body):
            raise HTTPException(401)
        try:
            envelope = Envelope.model_validate_json(body, strict=True)
            if envelope.event in vendor.PAYMENT_EVENTS:
                await keep(envelope, Ours.model_validate_json(body).data, body)
        except ValidationError:
            raise HTTPException(422) from None
        return Response(status_code=204)

    async def keep(envelope: Envelope, payment: Payment, body: bytes) -> None:
        step = vendor.PAYMENT_STEPS.get(payment.status, vendor.PAYMENT_EVENTS[envelope.event])
        canceled = payment.cancel and payment.cancel.canceledAmount
        order = (step, envelope.timestamp, canceled or 0, body)
        async with lock:
            if payment.paymentId not in rows or rows[payment.paymentId][0] < order:
                rows[payment.paymentId] = (order, payment)

    def state() -> list[Any]:
        return [
            {
                "payment_id": payment.paymentId,
                "status": payment.status,
                "paid_amount": payment.paidAmount or Decimal(0),
                "canceled_amount": (payment.cancel and payment.cancel.canceledAmount) or Decimal(0),
                "paid_at": payment.paidAt and payment.paidAt.replace(tzinfo=UTC),
            }
            for _, (_, payment) in sorted(rows.items())
        ]

    yield Opened(receiver=app, state=state, reset=rows.clear)


_TABLES = """
CREATE TABLE inbox (digest TEXT PRIMARY KEY);
CREATE TABLE subscriptions (
    subscription_id TEXT PRIMARY KEY, status TEXT, next_payment_date INTEGER, version TEXT
);
"""


@contextmanager
def aiosqlite(folder: Path) -> Iterator[Opened]:
    """An async database: a copy is ignored by its unique key, an older event by the clause of the upsert."""
    file, app = folder / "subscriptions.sqlite3", FastAPI()

    @app.post(PATH)
    async def steppay(request: Request, steppay_signature: str = Header("")) -> dict[str, bool]:
        body = await request.body()
        if not _is_signed(steppay_signature, body):
            raise HTTPException(403)
        try:
            envelope = vendor.read(body)
        except vendor.NoWebhookError as error:
            raise HTTPException(400, str(error)) from None
        async with aio.connect(file, timeout=30) as database:
            await database.execute("PRAGMA synchronous = OFF")
            mark = vendor.digest(envelope)
            inserted = await database.execute("INSERT OR IGNORE INTO inbox VALUES (?)", [mark])
            if inserted.rowcount and envelope["event"] in vendor.SUBSCRIPTION_EVENTS:
                due = vendor.moment(envelope["data"].get("nextPaymentDate"))
                version = f"{envelope['timestamp']:012d}.{vendor.step_of(envelope):03d}.{mark}"
                await database.execute(
                    "INSERT INTO subscriptions VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status, "
                    "next_payment_date = excluded.next_payment_date, version = excluded.version "
                    "WHERE excluded.version > version",
                    [
                        str(vendor.id_of(envelope)),
                        envelope["data"]["status"],
                        due and int(due.timestamp() * 1000),
                        version,
                    ],
                )
            await database.commit()
        return {"received": True}

    with closing(sqlite3.connect(file, timeout=30)) as database:
        database.row_factory = sqlite3.Row
        database.executescript("PRAGMA journal_mode = WAL;" + _TABLES)

        def state() -> list[Any]:
            query = "SELECT subscription_id, status, next_payment_date FROM subscriptions ORDER BY 1"
            return [dict(row) for row in database.execute(query)]

        def reset() -> None:
            with database:
                database.execute("DELETE FROM inbox")
                database.execute("DELETE FROM subscriptions")

        yield Opened(receiver=app, state=state, reset=reset)


@dataclass(frozen=True, slots=True)
class Member:
    """A customer as it is kept."""

    email: str | None
    name: str | None
    is_deleted: bool
    order: tuple[Any, ...]


@contextmanager
def lock_for_each_id(_folder: Path) -> Iterator[Opened]:
    """A lock for each id, as an advisory lock is: between reading and writing other webhooks are taken."""
    locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
    members: dict[int, Member] = {}

    async def take(body: bytes) -> int:
        envelope = vendor.read(body)
        if envelope["event"] in vendor.CUSTOMER_EVENTS:
            key, data = vendor.id_of(envelope), envelope["data"]
            is_deleted = envelope["event"] == "customer.deleted"
            new = Member(data.get("email"), data.get("name"), is_deleted, vendor.order_of(envelope))
            async with locks[key]:
                known = members.get(key)
                await asyncio.sleep(0)  # others run
                if known is None or known.order < new.order:
                    members[key] = new
        return 200

    def state() -> dict[int, Any]:
        told = {key: asdict(member) for key, member in members.items()}
        return {key: {name: row[name] for name in row if name != "order"} for key, row in told.items()}

    def reset() -> None:
        members.clear()
        locks.clear()

    yield Opened(receiver=_starlette(take, refusal=403), state=state, reset=reset)


class Table(DeclarativeBase):
    """The tables of this shop."""


class PaidRow(Table):
    """What is kept of a payment."""

    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    status: Mapped[str]
    order_id: Mapped[str | None]
    paid_amount: Mapped[Decimal] = mapped_column(Numeric(19, 4, asdecimal=True))
    canceled_amount: Mapped[Decimal] = mapped_column(Numeric(19, 4, asdecimal=True))
    paid_at: Mapped[datetime | None] = mapped_column(DateTime)
    version: Mapped[str]


@contextmanager
def sqlalchemy(folder: Path) -> Iterator[Opened]:
    """The ORM of SQLAlchemy in threads: a transaction that begins with the lock, and a column for what is newer."""
    engine = create_engine(f"sqlite:///{folder / 'payments.sqlite3'}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says itself when a transaction begins
        connection.execute("PRAGMA synchronous = OFF")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def keep(envelope: dict[str, Any]) -> None:
        step, at, canceled, mark = vendor.order_of(envelope)
        paid = vendor.moment(envelope["data"].get("paidAt"))
        new = PaidRow(
            id=vendor.id_of(envelope),
            status=envelope["data"]["status"],
            order_id=envelope["data"].get("orderId"),
            paid_amount=vendor.paid_of(envelope),
            canceled_amount=canceled,
            paid_at=paid and paid.replace(tzinfo=None),
            version=f"{step}.{at:012d}.{canceled:020.4f}.{mark}",
        )
        with Session(engine) as session, session.begin():
            known = session.get(PaidRow, new.id)
            if known is None or known.version < new.version:
                session.merge(new)

    async def take(body: bytes) -> int:
        envelope = vendor.read(body)
        if envelope["event"] in vendor.PAYMENT_EVENTS:
            await run_in_threadpool(keep, envelope)
        return 204

    def state() -> list[Any]:
        columns = [column for column in PaidRow.__table__.columns if column.name != "version"]
        with Session(engine) as session:
            return [dict(row) for row in session.execute(select(*columns).order_by(PaidRow.id)).mappings()]

    def reset() -> None:
        with Session(engine) as session, session.begin():
            session.execute(delete(PaidRow))

    Table.metadata.create_all(engine)
    try:
        yield Opened(receiver=_starlette(take, refusal=401), state=state, reset=reset)
    finally:
        engine.dispose()
