"""A hint: one place where the receiver's state contradicts the store, and the state as it would be without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from steppay_mock.ordering.state.json_path import below

HintKind = Literal["status", "amount", "instant", "nine-hours", "null-id", "rounded-id", "value", "missing", "unknown"]
"""A wrong status, amount or instant; an instant that is nine hours off; an id that is null in every row; a 64-bit id
that went through a double. A mapping file adds: another value that differs, a thing without a row, a row without a
thing."""


_ONE_PLACE = frozenset({"status", "amount", "instant", "nine-hours", "value", "rounded-id"})
"""The kinds of hints that name one value, which can be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One contradiction: its place, the thing that it is about, the value here, and the store's value."""

    kind: HintKind
    path: str
    thing: str
    """Such as ``subscription 662866``."""
    here: Any
    store: Any
    sentence: str
    """The hint for a person, which ends with the next step."""
    missed: str = ""
    """The type of the event that replaced this value in the store; empty if the store never had it."""

    def __str__(self) -> str:
        return self.sentence

    def as_dict(self) -> dict[str, Any]:
        """The hint as plain data, for ``--json``."""
        return {
            "kind": self.kind,
            "path": self.path,
            "thing": self.thing,
            "here": self.here,
            "store": self.store,
            "sentence": self.sentence,
        }


def corrected(state: Any, hints: Iterable[Hint]) -> Any:
    """The plain state with the store's values in the places of hints. Missing rows stay missing."""
    values = {hint.path: hint.store for hint in hints if hint.kind in _ONE_PLACE}
    return _corrected("$", state, values)


def _corrected(path: str, node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        # A hint on a dict or a list is about its key: a rounded id, under which the row stands.
        return {
            values[at] if isinstance(inner, dict | list) and at in values else key: _corrected(at, inner, values)
            for key, inner in node.items()
            for at in (below(path, key),)
        }
    if isinstance(node, list):
        return [_corrected(below(path, at), inner, values) for at, inner in enumerate(node)]
    return values.get(path, node)
