"""What a probe gives and cannot be compared is named with its place, and with what to return in its stead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.ordering.state.ignore import read_ignore
from steppay_mock.ordering.state.normal import normalise, plain


@dataclass
class Payment:
    id: int
    status: str
    lines: list[Any] = field(default_factory=list)


class Opaque:
    pass


class Broken:
    __attrs_attrs__ = (Opaque,)
    Opaque.name = "status"  # type: ignore[attr-defined]

    @property
    def status(self) -> str:
        raise ConnectionError("the database is gone")


class Orders:
    def __iter__(self) -> Iterator[int]:
        return iter([1])


async def waiting() -> None:
    pass


ONCE = "which can be iterated only once. Return list(...) of it."
ANEW = "which may give other values at each iteration. Return list(...) of it."
OPAQUE = (
    "which cannot be compared. Return plain data: a list, a dict, a dataclass, texts and numbers. "
    "Of an object, return the fields that count, such as vars(it)."
)
CALLED = "which is a function. Call it in the probe, and return the result."
BROKEN = (
    "whose fields cannot be read: ConnectionError: the database is gone. Read them in the probe, and return a dict."
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: {"payments": [1, iter([1])]}, f"a list_iterator at $.payments[1], {ONCE}"),
        (lambda: (one for one in [1]), f"a generator at $, {ONCE}"),
        (lambda: {"a b": Orders()}, f"a Orders at $['a b'], {ANEW}"),
        (lambda: [Payment(1, "paid", [Opaque()])], f"a Opaque at $[0].lines[0], {OPAQUE}"),
        (lambda: {"rows": len}, f"a builtin_function_or_method at $.rows, {CALLED}"),
        (lambda: {"a": Broken()}, f"a Broken at $.a, {BROKEN}"),
        (lambda: {Opaque: 1}, f"a type at $[{Opaque!r}], {CALLED}"),
    ],
)
def test_what_cannot_be_compared_is_named_with_its_path_and_what_to_return(
    make: Callable[[], Any], message: str
) -> None:
    with pytest.raises(SteppayMockError) as caught:
        normalise(make())
    assert str(caught.value) == f"state= gives {message}"
    with pytest.raises(SteppayMockError) as caught:
        normalise([make()], ignore=read_ignore("nowhere"), name="effects")
    assert str(caught.value) == f"effects= gives {message}".replace(" at $", " at $[0]", 1)


def test_what_nobody_awaited_is_named() -> None:
    probe = waiting()
    with pytest.raises(SteppayMockError, match=r"a coroutine at \$, which was not awaited\. Await it in the probe"):
        normalise(probe)
    probe.close()


def test_what_contains_itself_is_named_where_it_begins_again() -> None:
    order: dict[str, Any] = {"id": 1, "payments": []}
    order["payments"].append(Payment(2, "paid", [order]))
    with pytest.raises(SteppayMockError) as caught:
        normalise({"orders": [order]})
    assert str(caught.value) == (
        "state= gives a dict at $.orders[0].payments[0].lines[0], which is the same as $.orders[0], around it. "
        "Return rows as dicts of plain values, and refer to other rows by their id."
    )


def test_what_is_too_deep_is_an_error() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(SteppayMockError, match=r"a list at \$\[0\]\[0\].*\.\.\., more than 150 levels deep\."):
        normalise(deep)


def test_what_cannot_be_hashed_is_an_error() -> None:
    class Text(str):
        __slots__ = ()
        __hash__ = None  # type: ignore[assignment]

    with pytest.raises(SteppayMockError, match=r"state= gives data that cannot be compared: TypeError: .*unhashable"):
        normalise([Text("a")])


def test_what_is_ignored_need_not_be_comparable() -> None:
    state = {"rows": [{"id": 1, "handle": Opaque()}], "log": iter([1])}
    form = normalise(state, ignore=read_ignore(["handle", "$.log"]))
    assert plain(form) == {"rows": [{"id": 1}]}
    with pytest.raises(SteppayMockError, match=r"a Opaque at \$\.rows\[0\]\.handle"):
        normalise(state, ignore=read_ignore("$.log"))
