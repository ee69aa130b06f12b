"""Makes single webhooks v1 (fact 52): the plan of the schema makes the payload, overrides replace its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import SystemRandom
from typing import Any, Literal, get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.v1 import V1EventType, v1_schema
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.event import V1Event
from steppay_mock.payload.factory import SEEDED_NOW
from steppay_mock.payload.instants import EPOCH, read_instant
from steppay_mock.payload.options import DATA, SEED
from steppay_mock.payload.overrides import apply_override, plain_override
from steppay_mock.payload.plan import plan
from steppay_mock.payload.pools import pool
from steppay_mock.payload.v1_body import DEFAULT_V1_FORM, V1Form
from steppay_mock.values import check_choice

V1Kind = Literal["order", "subscription"]

_BESIDE: Mapping[V1Kind, EventType] = {
    "order": EventType.ORDER_PAYMENT_COMPLETED,
    "subscription": EventType.SUBSCRIPTION_UPDATED,
}
"""The event of v2 that tells the same."""


def make_v1_event(
    kind: V1Kind,
    *,
    seed: int | str | None = None,
    now: datetime | float | None = None,
    data: Mapping[str, Any] | None = None,
    v1_form: V1Form = DEFAULT_V1_FORM,
    body: BodyForm = DEFAULT_FORM,
) -> V1Event:
    """A valid webhook v1 of an order that was paid, or of a subscription.

    ``data`` has values for its fields, ``v1_form`` is ``"json"`` or ``"form"``; ``seed``, ``now`` and ``body`` are
    those of :func:`~steppay_mock.make_event`. Raises SteppayMockError for an unknown kind, option or field.
    """
    check_choice("kind", kind, get_args(V1Kind))
    chosen = SystemRandom().getrandbits(63) if seed is None else SEED.check("seed", seed)
    event_type = V1EventType(f"v1.{kind}")
    moment = SEEDED_NOW if now is None and seed is not None else read_instant(now)
    draw = Draw(derive_seed(chosen, event_type, 0), event_type=_BESIDE[kind], now=moment, pool=pool("ko_KR"))
    made = plan(v1_schema(event_type), edge=False)
    payload: dict[str, Any] = made.make(draw)
    if data is not None:
        payload = apply_override(plain_override(DATA.check("data", data)), payload, made, draw, path="data")
    return V1Event(payload, form=body, happened_at=int((moment - EPOCH).total_seconds()), v1_form=v1_form)
