"""Puts the store's values into a state that looks wrong, so that both can be shown side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.truth.hint import Hint

_ONE_PLACE = frozenset({"status", "amount", "instant", "nine-hours", "value", "rounded-id"})


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
