"""A shop in FastAPI that gives points for what was paid: async SQLAlchemy, and points after the answer.

Run it: ``STEPPAY_WEBHOOK_SECRET=... DATABASE_URL=postgresql+asyncpg://... uvicorn fastapi_points:app``
(with ``examples/receivers`` on the path: copy ``steppay_webhook.py`` into your project)
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from sqlalchemy import BigInteger, DateTime, Numeric, String
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from steppay_webhook import fingerprint, parse, row_of, verify

SECRET = os.environ["STEPPAY_WEBHOOK_SECRET"]
engine = create_async_engine(os.environ["DATABASE_URL"])  # its pool belongs to the event loop that it is first used in


class Base(DeclarativeBase):
    """The tables."""


class Payment(Base):
    """What is known of a payment; ``version`` says how new that is."""

    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # 64 bits, given by StepPay
    order_id: Mapped[str | None]  # a string, of any form
    status: Mapped[str]  # no enumeration: new statuses come without notice
    paid_amount: Mapped[Decimal] = mapped_column(Numeric(19, 4))
    canceled_amount: Mapped[Decimal] = mapped_column(Numeric(19, 4))
    version: Mapped[str] = mapped_column(String(collation="C"))  # compared byte by byte, in every locale


class Subscription(Base):
    """What is known of a subscription."""

    __tablename__ = "subscriptions"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str]
    next_payment_date: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[str] = mapped_column(String(collation="C"))


class Received(Base):
    """The inbox: every content that ever came, once. StepPay sends no event id, so a hash stands in for it."""

    __tablename__ = "inbox"
    fingerprint: Mapped[str] = mapped_column(primary_key=True)


class Points(Base):
    """Points that were given. That they are given once is for the inbox to see to."""

    __tablename__ = "points"
    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int]


_TABLES: dict[str, type[Payment | Subscription]] = {"payments": Payment, "subscriptions": Subscription}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Make the tables, and close the pool in the loop that it belongs to."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


# No body model: it would parse the JSON before the signature is checked, and refuse what is new with a 422.
@app.post("/webhooks/steppay")
async def steppay(request: Request, tasks: BackgroundTasks) -> None:
    """Take one webhook."""
    body = await request.body()  # the raw bytes are what was signed
    if not verify(request.headers.get("Steppay-Signature", ""), body, SECRET):
        raise HTTPException(401, "the signature does not match")
    envelope = parse(body)
    if envelope is None:
        raise HTTPException(400, "the body is not a JSON object")
    async with engine.begin() as connection:
        # A copy that is in flight at the same time waits here for the commit of the first, and then inserts nothing.
        inbox = insert(Received).values(fingerprint=fingerprint(envelope)).on_conflict_do_nothing()
        first = (await connection.execute(inbox)).rowcount == 1
        if first:
            await keep(connection, envelope)
    # After the commit, and after the answer. Whether it is to be done was decided in the transaction above.
    if first and envelope.get("event") == "payment.completed":
        tasks.add_task(give_points, envelope["data"])


async def keep(connection: AsyncConnection, envelope: dict[str, Any]) -> None:
    """Store what the event says, unless something newer is stored already."""
    change = row_of(envelope)
    if change is None:
        return
    name, row = change
    table = _TABLES[name]
    new = insert(table).values(**row)
    # Compare and write in ONE statement: reading the old version first would let two deliveries overtake each other.
    newer = new.excluded.version > table.version
    await connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=row, where=newer))


async def give_points(payment: dict[str, Any]) -> None:
    """Give one point for a hundred won; a call to another system would stand here."""
    async with engine.begin() as connection:
        points = int(payment["paidAmount"]) // 100
        await connection.execute(insert(Points).values(payment_id=payment["paymentId"], amount=points))
