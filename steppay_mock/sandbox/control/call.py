"""A call of the control API, as the functions that answer it get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import check_names

if TYPE_CHECKING:
    from steppay_mock.sandbox.core import SandboxCore


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCall:
    """One call: its body's members, as they were read, and what the path and the query name."""

    sandbox: SandboxCore
    given: Mapping[str, Any]
    query: Mapping[str, str]

    def take(self, *names: str) -> dict[str, Any]:
        """The members of the body; SteppayMockError for one of another name."""
        check_names(self.given, names or ["none"], owner="The body", noun="member")
        return dict(self.given)
