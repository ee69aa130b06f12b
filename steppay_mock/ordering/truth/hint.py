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
    """What looks wrong: where, of which thing, what is there, and what the store says."""

    kind: HintKind
    path: str
    thing: str
    """Such as ``subscription 662866``."""
    here: Any
    store: Any
    sentence: str
    """The whole finding for a person; it ends with the next step."""

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
    """The plain state with the store's values where hints name one place; rows that are missing stay missing."""
    values = {hint.path: hint.store for hint in hints if hint.kind in _ONE_PLACE}
    return _corrected("$", state, values)


def _corrected(path: str, node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        # What has a hint and is no value is called by an id that was rounded: the key is what is wrong.
        return {
            values[at] if isinstance(inner, dict | list) and at in values else key: _corrected(at, inner, values)
            for key, inner in node.items()
            for at in (below(path, key),)
        }
    if isinstance(node, list):
        return [_corrected(below(path, at), inner, values) for at, inner in enumerate(node)]
    return values.get(path, node)
