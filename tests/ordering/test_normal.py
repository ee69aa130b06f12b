"""Two states have the same normal form if, and only if, nothing that counts is different."""

from __future__ import annotations

import pickle
import sqlite3
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from math import nan
from pathlib import PurePosixPath
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordering.drawn import STATES, VALUES, otherwise
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.ignore import read_ignore
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.state.reading import Unordered


class Status(Enum):
    PAID = "paid"
    FAILED = "failed"


class Word(StrEnum):
    PAID = "paid"


@dataclass
class Payment:
    id: int
    status: str
    lines: list[Any] = field(default_factory=list)


@dataclass
class Refund:
    id: int
    status: str
    lines: list[Any] = field(default_factory=list)


@dataclass(eq=False)
class Handle:
    """Is equal to itself alone, so a set may have several that look alike."""

    id: int
    received_at: int = 0


def made_anew() -> Any:
    """A class as a module makes it that is loaded once more."""

    @dataclass
    class Payment:
        id: int
        status: str

    return Payment


def made_anew_as_an_enumeration() -> Any:
    class Status(Enum):
        PAID = "paid"

    return Status


class Pair(NamedTuple):
    id: int
    status: str


class OtherPair(NamedTuple):
    id: int
    status: str


Untyped = namedtuple("Untyped", ["status", "id"])  # noqa: PYI024 - probes return them


@attrs.define
class Attributes:
    id: int
    status: str


class Model(pydantic.BaseModel):
    id: int
    status: str


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "payments"
    number: Mapped[int] = mapped_column("id", primary_key=True)
    status: Mapped[str]


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(made)
    with made.begin() as connection:
        connection.execute(text("INSERT INTO payments VALUES (1, 'paid')"))
    yield made
    made.dispose()


@given(STATES, st.randoms(use_true_random=False))
def test_what_is_the_same_has_the_same_form_however_it_was_made(state: Any, random: Random) -> None:
    form, other = normalise(state), normalise(otherwise(state, random))
    assert form == other
    assert hash(form) == hash(other)


@given(STATES)
def test_ignoring_what_is_not_there_changes_no_form(state: Any) -> None:
    assert normalise(state, ignore=read_ignore(["nowhere_to_be_found", "$.a.b[7].c"])) == normalise(state)


@given(STATES)
def test_a_form_made_plain_has_that_form(state: Any) -> None:
    form = normalise(state)
    assert normalise(plain(form)) == form
    assert plain(plain(form)) == plain(form)


@given(STATES, VALUES, VALUES)
def test_a_different_value_anywhere_makes_a_different_form(state: Any, one: Any, other: Any) -> None:
    same = normalise(one) == normalise(other)
    assert (normalise([state, one]) == normalise([state, other])) is same
    assert (normalise({"a": {"b": one}, "c": state}) == normalise({"c": state, "a": {"b": other}})) is same
    assert (normalise(({one}, state)) == normalise(({other}, state))) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [2, 1]),
        ([1, 2], {1, 2}),
        ([("a", 1)], {"a": 1}),
        ({("a", 1)}, {"a": 1}),
        ([], {}),
        ([], set()),
        ({}, set()),
        ({"a": None}, {}),
        ("1", 1),
        (b"1", "1"),
        ([[1], []], [[], [1]]),
        ({1: "a"}, {"1": "a"}),
        (date(2025, 1, 1), datetime(2025, 1, 1)),
        (datetime(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC)),
        (Status.PAID, Status.FAILED),
        (Status.PAID, "paid"),
        (nan, None),
        (Payment(1, "paid"), Payment(1, "failed")),
        (Payment(1, "paid"), Refund(1, "paid")),
        (Payment(1, "paid"), {"id": 1, "status": "paid", "lines": []}),
        (Pair(1, "paid"), OtherPair(1, "paid")),
        (Pair(1, "paid"), Untyped("paid", 1)),
        (Pair(1, "paid"), {"id": 1, "status": "paid"}),
        (Attributes(1, "paid"), Model(id=1, status="paid")),
        (Model(id=1, status="paid"), {"id": 1, "status": "paid"}),
        (True, 1),
        (False, 0),
        (True, 1.0),
        ({True: "a"}, {1: "a"}),
        ({True}, {1}),
        ({"a": 1, "b": 2}.values(), [1, 2]),
        ({"a": 1, "b": 1}.values(), {"a": 1}.values()),
        ({Row(number=1, status="paid"), Row(number=1, status="paid")}, {Row(number=1, status="paid")}),
        ({Handle(1): "a", Handle(1): "b"}, {Handle(1): "b"}),
        ({Handle(1): "a", Handle(1): "a"}, {Handle(1): "a"}),
    ],
)
def test_what_is_different_has_another_form(one: Any, other: Any) -> None:
    assert normalise(one) != normalise(other)
    assert normalise([{"a": one}], ignore=read_ignore("nowhere")) != normalise([{"a": other}])
    assert differences(normalise(one), normalise(other))
    assert normalise(plain(normalise({"a": one}))) == normalise({"a": one}) or "Handle" in repr(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], (1,)),
        (deque([1]), [1]),
        (range(2), [0, 1]),
        ({"a": 1, "b": [2]}.values(), {"b": [2], "a": 1}.values()),
        ({"a": 1}.values(), {1}),
        ({"a": 1}.keys(), {"a"}),
        ({"a": [1]}.items(), {("a", (1,))}),
        (Counter("aab"), {"b": 1, "a": 2}),
        (Counter(a=1, b=0), Counter(a=1)),
        (1, 1.0),
        (1, Decimal("1.00")),
        (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)),
        (defaultdict(list, a=[1]), {"a": [1]}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (float("nan"), nan),
        (Decimal("NaN"), Decimal("sNaN")),
        (Decimal("10.0"), Decimal(10)),
        (bytearray(b"1"), b"1"),
        (memoryview(b"1"), b"1"),
        (Word.PAID, "paid"),
        ({Status.PAID: 1, None: 2, (1, "a"): 3}, {(1, "a"): 3, None: 2, Status.PAID: 1}),
        ({frozenset({1}), (2, 3)}, {(2, 3), frozenset({1})}),
        (Unordered([2, 1]), {1, 2}),
        (Payment(1, "paid", [{"a": 1}]), Payment(1, "paid", [{"a": 1}])),
        (made_anew()(1, "paid"), made_anew()(1, "paid")),
        (made_anew_as_an_enumeration().PAID, made_anew_as_an_enumeration().PAID),
        (pydantic.RootModel[list[int]]([1]), [1]),
    ],
)
def test_what_differs_only_in_its_making_has_the_same_form(one: Any, other: Any) -> None:
    assert normalise(one) == normalise(other)
    assert normalise([{"a": one}], ignore=read_ignore("nowhere")) == normalise([{"a": other}])


def test_a_set_counts_what_has_become_alike() -> None:
    ignore = read_ignore("received_at")
    both, one = {Handle(1, 10), Handle(1, 20)}, {Handle(1, 10)}
    assert normalise(both, ignore=ignore) != normalise(one, ignore=ignore)
    assert normalise(both, ignore=ignore) == normalise({Handle(1, 30), Handle(1, 40)}, ignore=ignore)
    pairs = {("paid", 10), ("paid", 20)}
    assert normalise(pairs, ignore=read_ignore("$[*][1]")) != normalise({("paid", 10)}, ignore=read_ignore("$[*][1]"))
    (found,) = differences(normalise(both, ignore=ignore), normalise(one, ignore=ignore))
    assert (found.path, found.kind, repr(found.expected)) == ("$[*]", "missing", "Handle(id=1)")


def test_booleans_that_a_database_gives_as_numbers_are_no_difference() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE payments (test BOOLEAN)")
    connection.executemany("INSERT INTO payments VALUES (?)", [(True,), (1,)])
    rows = connection.execute("SELECT test FROM payments").fetchall()
    assert normalise(rows[0]) == normalise(rows[1])
    connection.close()


def test_an_instance_is_shown_with_its_class() -> None:
    shown = plain(normalise({"a": [Payment(1, "paid"), Pair(2, "new")]}))
    assert repr(shown) == "{'a': [Payment(id=1, lines=[], status='paid'), Pair(id=2, status='new')]}"
    assert shown == {"a": [{"id": 1, "lines": [], "status": "paid"}, {"id": 2, "status": "new"}]}


def test_members_whose_keys_only_look_alike_are_all_shown() -> None:
    assert plain(normalise({(1, 2): "a", "[1, 2]": "b"})) in (
        {"[1, 2]": "a", "[1, 2] (2)": "b"},
        {"[1, 2]": "b", "[1, 2] (2)": "a"},
    )


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 7, 1.5, "text", b"bytes", Decimal("9.90"), date(2025, 1, 1), datetime(2025, 1, 1), time(9)),
        *(timedelta(1), UUID(int=7), Fraction(1, 3), PurePosixPath("/a"), Status.PAID),
    ],
    ids=repr,
)
def test_a_value_is_shown_as_it_is(value: object) -> None:
    shown = plain(normalise({"a": [value]}))["a"][0]
    assert shown == value
    assert type(shown) is type(value)


def test_rows_of_sqlite3_are_dicts_and_no_column_is_lost() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT 1 AS id, 'paid' AS status, 2 AS id").fetchall()
    assert plain(normalise(rows)) == [{"id": 1, "id (2)": 2, "status": "paid"}]
    connection.close()


def test_rows_and_instances_of_sqlalchemy_are_dicts_of_their_fields(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, status, id FROM payments")).all()
        assert plain(normalise(rows)) == [{"id": 1, "id (2)": 1, "status": "paid"}]
        mappings = connection.execute(text("SELECT * FROM payments")).mappings().all()
        assert plain(normalise(mappings)) == [{"id": 1, "status": "paid"}]
    with Session(engine) as session:
        assert plain(normalise(session.scalars(select(Row)).all())) == [{"number": 1, "status": "paid"}]
        assert plain(normalise(session.execute(select(Row)).all())) == [{"Row": {"number": 1, "status": "paid"}}]


def test_plain_forms_are_shown_in_one_order_only() -> None:
    shown = plain(normalise({"b": {10, 9}, "a": {"x", 1, None, (2, 1)}, "c": {3: 0, "3": 1}}))
    assert list(shown) == ["a", "b", "c"]
    assert shown == {"a": [None, 1, [2, 1], "x"], "b": [9, 10], "c": {3: 0, "3": 1}}
    assert isinstance(shown["b"], Unordered)


def test_a_form_can_be_pickled() -> None:
    form = normalise({"a": [{"b": {1, 2, nan}}, True, Payment(1, "paid"), {"a": 1, "b": 1}.values()]})
    assert pickle.loads(pickle.dumps(form)) == form


def test_what_is_the_same_twice_without_being_around_itself_is_fine() -> None:
    shared = {"a": [1]}
    assert normalise([shared, shared]) == normalise([{"a": [1]}, {"a": (1,)}])
