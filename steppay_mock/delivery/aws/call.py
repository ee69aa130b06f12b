"""One request as it arrives at a gateway of AWS, before the gateway makes an event from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal
from urllib.parse import parse_qsl

Kind = Literal["http-api", "rest-api", "alb", "function-url"]
"""The gateway before the function: it decides the shape of the event, and how its answer is read."""

REGION = "ap-northeast-2"
ACCOUNT = "123456789012"
"""The account of AWS's own examples."""

_TRACE = ("x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaCall:
    """A request to the gateway; ``now`` is the time when it came, in seconds since the epoch."""

    target: str
    """Path and query, as the request line has them."""
    headers: Mapping[str, str]
    body: bytes
    now: float
    method: str = "POST"

    @property
    def path(self) -> str:
        """The path as it was sent, not decoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The text behind the question mark, as it was sent."""
        return self.target.partition("?")[2]

    def parameters(self, *, decoded: bool = True) -> dict[str, list[str]]:
        """The parameters of the query, each with its values."""
        pairs = parse_qsl(self.query, keep_blank_values=True) if decoded else _raw_pairs(self.query)
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        return found

    @property
    def moment(self) -> datetime:
        """The time when it came."""
        return datetime.fromtimestamp(self.now, UTC)

    @property
    def request_time(self) -> str:
        """The time when it came, as the events write it. ``strftime`` would follow the locale."""
        at = self.moment
        return f"{at.day:02}/{_MONTHS[at.month - 1]}/{at.year}:{at:%H:%M:%S} +0000"

    @property
    def request_id(self) -> str:
        """The id of the request and of the invocation.

        It is made from the trace ids, which follow from the seed and the place of the delivery, so that runs repeat.
        """
        digest = self.digest
        return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))

    @property
    def trace_id(self) -> str:
        """The value of ``x-amzn-trace-id``."""
        return f"Root=1-{int(self.now):08x}-{self.digest[-24:]}"

    @property
    def digest(self) -> str:
        """Hexadecimal digits that differ from delivery to delivery."""
        trace = "".join(self.headers.get(name, "") for name in _TRACE).encode()
        return blake2b(trace or self.body, digest_size=28).hexdigest()


def _raw_pairs(query: str) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(name, value) for name, _, value in parts]
