"""What callers of the REST API should know: which calls were refused and why, and which orders were read too early."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.wire.real_time import wall_clock

if TYPE_CHECKING:
    from steppay_mock.rest.exchange import ApiAnswer, ApiRequest

_KEPT = 50
_LONGEST = 1_000  # letters of one remark: a wrong body has many faults
_ORDER = re.compile(r"/api/v1/orders/[^/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRemark:
    """What there is to know about one call."""

    at: float
    """When, by the clock of this machine, in seconds since 1970."""
    call: str
    """Method and path, without the query."""
    status: int
    text: str
    """What happened, and what to do."""

    def __str__(self) -> str:
        return f"{self.call}  {self.status}  {self.text}"


class CallRemarks:
    """The newest remarks of a sandbox."""

    def __init__(self, *, told: Callable[[CallRemark], object]) -> None:
        self._told = told
        self._kept: deque[CallRemark] = deque(maxlen=_KEPT)
        self._waiting: set[str] = set()
        self._lock = Lock()
        self.count = 0
        """How many there were, with those that are not kept."""

    def newest(self, most: int) -> list[CallRemark]:
        """The newest, which comes first, and those before."""
        with self._lock:
            return list(self._kept)[: -most - 1 : -1]

    def look_at(self, request: ApiRequest, answer: ApiAnswer) -> None:
        """Keep and tell what there is to know about a call."""
        text = self._refused(answer) if answer.status >= 400 else self._read_early(request, answer)
        if text is None:
            return
        self.add(f"{request.method} {request.path}", status=answer.status, text=text)

    def add(self, call: str, *, status: int, text: str) -> None:
        """Keep and tell a remark about a call."""
        # Any path can be called: one with a line end would begin a line of its own in the terminal.
        remark = CallRemark(at=wall_clock(), call=excerpt(call), status=status, text=excerpt(text, limit=_LONGEST))
        with self._lock:
            self._kept.append(remark)
            self.count += 1
        self._told(remark)

    def clear(self) -> None:
        """Forget them: a new store begins."""
        with self._lock:
            self._kept.clear()
            self._waiting.clear()
            self.count += 1  # those who watch it see a change

    def _refused(self, answer: ApiAnswer) -> str | None:
        found = _parsed(answer.body)
        return str(found["errorMessage"]) if isinstance(found, dict) and "errorMessage" in found else None

    def _read_early(self, request: ApiRequest, answer: ApiAnswer) -> str | None:
        """Of an order that waits for its money, once: the buyer is back from the payment page, and has not paid yet."""
        if request.method != "GET" or _ORDER.fullmatch(request.path) is None or b"DEPOSIT_WAITING" not in answer.body:
            return None
        order = _parsed(answer.body)
        if order["paymentDate"] is not None or all(one["status"] != "DEPOSIT_WAITING" for one in order["items"]):
            return None
        with self._lock:
            if order["code"] in self._waiting:
                return None
            self._waiting.add(order["code"])
        return (
            f"Order {order['code']} waits for its money: paymentDate is null. Do not give it up after one look: wait "
            "for the webhook order.payment_completed, or read the order again later."
        )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:  # an answer without a body
        return None
