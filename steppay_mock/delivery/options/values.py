"""The types of values that only deliveries have: a path, secrets, hosts, a retry policy, a speed, a clock.

Every command of the shell reads the table that names these types. So what reads a value is loaded where one is read:
sockets, TLS and the faults would double the time that ``steppay-mock --help`` takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.retries import PRESETS, RetryPolicy, read_retry_policy
from steppay_mock.delivery.speed import read_speed
from steppay_mock.errors import SteppayMockError
from steppay_mock.values import NumberValue, ValueType

if TYPE_CHECKING:
    from steppay_mock.delivery.sender.clock import Clock
    from steppay_mock.wire.signature import Secrets

_DELAYS = re.compile(r"\d+(\.\d+)?(,\d+(\.\d+)?)*")


@dataclass(frozen=True, slots=True)
class PathValue(ValueType[str]):
    """The path of a receiver."""

    expected: str = "a path that begins with / and has no white space and no #"
    example: str = "'/webhooks/steppay'"

    def read(self, value: Any) -> str:
        """The path in ASCII."""
        from steppay_mock.delivery.address import check_path

        return check_path(value)


@dataclass(frozen=True, slots=True)
class SecretValue(ValueType["Secrets"]):
    """One secret, or several while it rotates. No message shows one."""

    expected: str = "a secret, or a list of secrets"
    example: str = "'whsec_...'"
    is_secret = True

    def read(self, value: Any) -> Secrets:
        """The secrets as a tuple."""
        from steppay_mock.wire.signature import as_secrets

        return as_secrets(value)


@dataclass(frozen=True, slots=True)
class HiddenTextsValue(ValueType[tuple[str, ...]]):
    """Texts that no output shows, and no message either."""

    expected: str = "a text or a list of texts"
    example: str = "[token]"
    is_secret = True

    def read(self, value: Any) -> tuple[str, ...]:
        """The texts as a tuple."""
        texts = (value,) if isinstance(value, str) else value
        listed = tuple(texts) if isinstance(texts, Iterable) else (texts,)
        if all(isinstance(one, str) for one in listed):
            return listed
        raise ValueError


@dataclass(frozen=True, slots=True)
class FaultValue(ValueType[str]):
    """The name of a fault."""

    expected: str = "the name of a fault"
    example: str = "'wrong-secret'"

    def read(self, value: Any) -> str:
        """The name; SteppayMockError with the nearest one if no fault has it."""
        from steppay_mock.delivery.faults import find_fault

        return find_fault(value).name


@dataclass(frozen=True, slots=True)
class HostsValue(ValueType[frozenset[str]]):
    """Names of hosts, in any spelling."""

    expected: str = "a list of host names without scheme, port or path"
    example: str = "['staging.example.com']"

    def read(self, value: Any) -> frozenset[str]:
        """The names in the one spelling in which hosts are compared."""
        from steppay_mock.delivery.address.safety import allowed_names

        return allowed_names(value)


@dataclass(frozen=True, slots=True)
class RetriesValue(ValueType[RetryPolicy]):
    """A retry policy: its name, its delays, or the policy itself."""

    expected: str = "the name of a retry policy, a list of delays in seconds, or a policy"
    example: str = "[5, 60, 3600]"
    words = tuple(PRESETS)

    def read(self, value: Any) -> RetryPolicy:
        """The policy."""
        if isinstance(value, str) and value not in self.words:
            raise ValueError(value)
        return read_retry_policy(value)

    def parse(self, text: str) -> str | tuple[float, ...]:
        """The name, or the delays between commas."""
        return tuple(map(float, text.split(","))) if _DELAYS.fullmatch(text) else text

    @property
    def expected_text(self) -> str:
        """The same with commas."""
        return f"{', '.join(self.words)}, or delays in seconds such as 5,60"


@dataclass(frozen=True, slots=True)
class SpeedValue(ValueType[float]):
    """Seconds of waiting for one second of the story; texts have words for it."""

    expected: str = "seconds from 0 up"
    example: str = "1 / 86400"

    def read(self, value: Any) -> float:
        """The number as a float."""
        return NumberValue(least=0.0).read(value)

    def parse(self, text: str) -> float:
        """The number for ``real``, ``0`` or a rate such as ``1d=1s``."""
        try:
            return read_speed(text)
        except SteppayMockError as error:
            raise ValueError(text) from error

    @property
    def expected_text(self) -> str:
        """The words."""
        return "0, real, or a rate such as 1d=1s"


@dataclass(frozen=True, slots=True)
class ClockValue(ValueType["Clock"]):
    """A clock."""

    expected: str = "a Clock"
    example: str = "Clock(now=lambda: 1_735_700_000)"

    def read(self, value: Any) -> Clock:
        """The clock."""
        from steppay_mock.delivery.sender.clock import Clock

        if isinstance(value, Clock):
            return value
        raise ValueError(value)


@dataclass(frozen=True, slots=True)
class JournalValue(ValueType[str]):
    """The path of a journal."""

    expected: str = "the path of a file"
    example: str = "'deliveries.sqlite'"

    def read(self, value: Any) -> str:
        """The path as text."""
        # SQLite would keep a journal of these two names in memory, and nothing could be resumed from it.
        if isinstance(value, str | Path) and str(value) not in {"", ":memory:"}:
            return str(value)
        raise ValueError(value)


@dataclass(frozen=True, slots=True)
class AccessValue(ValueType[Any]):
    """An option of access control. ``read_access`` checks these together, for one depends on another."""

    expected: str = "what read_access takes"
    example: str = "..."
    is_secret = True

    def read(self, value: Any) -> Any:
        """The value, unchecked."""
        return value
