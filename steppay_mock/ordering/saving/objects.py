"""``saving_objects``: saves and restores what dicts, lists, sets and plain objects hold."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, NamedTuple

from steppay_mock.delivery.excerpt import excerpt_of
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.saving.saving import Saving

_CONTAINERS = (dict, list, deque, set)
_STATELESS = (type, FunctionType, MethodType, BuiltinFunctionType)


class _Held(NamedTuple):
    """The contents of an object: as a container, in its ``__dict__``, in its slots; None or empty where it has none."""

    things: Any
    members: dict[str, Any] | None
    slots: dict[str, Any]


def saving_objects(*things: Any) -> Saving:
    """``save`` and ``restore`` for objects: their contents are copied deeply, the objects keep their identity.

    Each is a dict, list, deque or set, or an object with attributes. A reference from elsewhere to something inside
    them is not updated. SteppayMockError for contents that cannot be copied, such as a lock or a connection.
    """
    if not things:
        raise SteppayMockError(
            "saving_objects() got nothing to save. Pass the dicts, lists or objects that the receiver keeps."
        )
    for thing in things:
        _check(thing)
    # The memo of deepcopy: a reference to one of the things stays a reference to it, and is not copied.
    selves = {id(thing): thing for thing in things}

    def copied(held: list[_Held]) -> list[_Held]:
        try:
            return deepcopy(held, dict(selves))
        except Exception as error:
            raise SteppayMockError(
                f"What the receiver holds cannot be copied: {excerpt_of(error)}. Pass only the dicts and lists that "
                "change, or a save= and restore= of your own."
            ) from error

    def save() -> list[_Held]:
        return copied([_held_by(thing) for thing in things])

    def restore(saved: list[_Held]) -> None:
        # Copied again: the receiver changes its contents, and the saved ones are restored more than once.
        for thing, held in zip(things, copied(saved), strict=True):
            _put_back(thing, held)

    return {"save": save, "restore": restore}


def _check(thing: Any) -> None:
    if isinstance(thing, _CONTAINERS):
        return
    if isinstance(thing, _STATELESS) or not (hasattr(thing, "__dict__") or _held_by(thing).slots):
        raise SteppayMockError(
            f"saving_objects() cannot bring back a {type(thing).__qualname__}. "
            "Pass dicts, lists, sets or objects with attributes, or a save= and restore= of your own."
        )


def _held_by(thing: Any) -> _Held:
    things = next((kind(thing) for kind in _CONTAINERS if isinstance(thing, kind)), None)
    attributes = object.__getstate__(thing)
    members, slots = attributes if isinstance(attributes, tuple) else (attributes, {})
    return _Held(things, None if members is None else dict(members), slots)


def _put_back(thing: Any, held: _Held) -> None:
    if held.things is not None:
        thing.clear()
        (thing.extend if isinstance(thing, list | deque) else thing.update)(held.things)
    if hasattr(thing, "__dict__"):
        members = vars(thing)
        members.clear()
        members.update(held.members or {})
    for name in _held_by(thing).slots.keys() - held.slots.keys():
        object.__delattr__(thing, name)
    for name, value in held.slots.items():
        object.__setattr__(thing, name, value)  # object.__setattr__ also writes to frozen dataclasses
