"""A run of which something is damaged is not sent: neither twice nor never, but told, with what to do."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path

import pytest
from delivery.failing_sqlite import plain
from delivery.filled_journal import CONTROLS, DONE, PLANNING, RUN, fill

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal.damage import refuse_damage
from steppay_mock.delivery.journal.journal import Journal

BLOB, TEXT = "x'00ff'", "'words'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a journal.sqlite"
    fill(made)
    return made


def change(path: Path, statement: str) -> None:
    with closing(plain(path)) as connection:
        assert connection.execute(statement).rowcount


def damage_of(path: Path, run: int) -> str | None:
    with Journal(path) as journal:
        try:
            refuse_damage(journal, run)
        except SteppayMockError as error:
            return str(error)
    return None


def test_a_run_that_is_whole_is_not_refused(path: Path) -> None:
    for run in (RUN, PLANNING, CONTROLS, DONE):
        assert damage_of(path, run) is None


@pytest.mark.parametrize(
    ("set_to", "what"),
    [
        *((f"deliveries SET position = {value}", "a number of it is none") for value in (BLOB, TEXT, "1.5")),
        *((f"deliveries SET place = {value}", "a number of it is none") for value in (BLOB, TEXT, "1.5")),
        *(
            (f"deliveries SET wait = {value}", "a number of it is none")
            for value in (BLOB, TEXT, "-0.5", "1.1e12", "9e999")
        ),
        *((f"deliveries SET due = {value}", "a number of it is none") for value in (BLOB, TEXT)),
        *((f"deliveries SET batch = {value}", "a number of it is none") for value in (BLOB, TEXT, "1.5")),
        (f"deliveries SET again = {BLOB}", "a member that is text is none"),
        (f"deliveries SET fault = {BLOB}", "a member that is text is none"),
        *((f"deliveries SET event = {value}", "its event is missing") for value in ("99", BLOB)),
        *((f"deliveries SET hook = {value}", "its receiver is missing") for value in ("99", BLOB, "2")),
        (f"events SET type = {BLOB}", "a member that is text is none"),
        *((f"events SET body = {value}", "the body of its event is none") for value in ("5", "0.5")),
    ],
)
def test_a_damaged_delivery_is_named_with_what_is_wrong(path: Path, set_to: str, what: str) -> None:
    change(path, f"UPDATE {set_to} WHERE id = 3")
    assert damage_of(path, RUN) == (
        f"Delivery 3 of run 1 in {path} is damaged: {what}. Nothing was sent: it is not known whether it arrived. "
        "Take a copy of the file from before, or send its events anew."
    )
    assert damage_of(path, DONE) is None, "another run is not concerned"


@pytest.mark.parametrize("state", [BLOB, "'LOST'", "''", "5", "'pending'"])
def test_a_delivery_in_no_state_is_told_with_how_to_set_it(path: Path, state: str) -> None:
    change(path, f"UPDATE deliveries SET state = {state} WHERE id = 3")
    name = shlex.quote(str(path))
    told = damage_of(path, RUN)
    assert told == (
        f"Delivery 3 of run 1 in {path} is damaged: its state is none of PENDING, SUCCESS and FAIL. Nothing was sent: "
        f"it is not known whether it arrived. See what is known of it: steppay-mock log show 3 --journal {name}. Then "
        f"set its state to SUCCESS if it arrived, or to PENDING to let it be sent: sqlite3 {name} "
        "\"UPDATE deliveries SET state = 'PENDING' WHERE id = 3\""
    )
    command = shlex.split(told.partition("sqlite3 ")[2])
    assert command[0] == str(path)
    change(path, command[1])
    assert damage_of(path, RUN) is None


@pytest.mark.parametrize(
    "set_to", [f"number = {TEXT}", "number = 1.5", f"answered_at = {BLOB}", f"answered_at = {TEXT}", "signed_at = 1.5"]
)
def test_a_damaged_attempt_is_one_of_its_delivery(path: Path, set_to: str) -> None:
    change(path, f"UPDATE attempts SET {set_to} WHERE delivery = 2")
    assert damage_of(path, RUN) == (
        f"Delivery 2 of run 1 in {path} is damaged: a number of an attempt is none. Nothing was sent: it is not known "
        "whether it arrived. Take a copy of the file from before, or send its events anew."
    )
    assert damage_of(path, DONE) is None


@pytest.mark.parametrize(
    ("set_to", "what"),
    [
        *((f"runs SET seed = {value}", "its seed, or where it begins, is no number") for value in (TEXT, BLOB)),
        *(
            (f"runs SET first_delivery = {value}", "its seed, or where it begins, is no number")
            for value in (TEXT, "1.5")
        ),
        (f"hooks SET name = {BLOB}", "a receiver has no name or URL that is text"),
        (f"hooks SET url = {BLOB}", "a receiver has no name or URL that is text"),
    ],
)
def test_a_damaged_run_is_told(path: Path, set_to: str, what: str) -> None:
    change(path, f"UPDATE {set_to} WHERE id = 1")
    assert damage_of(path, RUN) == (
        f"Run 1 in {path} is damaged: {what}. Nothing was sent. Take a copy of the file from before."
    )
    assert damage_of(path, DONE) is None


@pytest.mark.parametrize(
    "set_to",
    [
        *(f"deliveries SET wait = {value}" for value in ("0", "0.5", "1e12")),
        *(f"deliveries SET due = {value}" for value in ("0", "0.5", "NULL")),
        *(f"deliveries SET again = {value}" for value in ("'same'", "NULL")),
        *("deliveries SET fault = 'body-spaced'", "deliveries SET batch = NULL", "deliveries SET batch = 3"),
        *("events SET body = '{}'", "runs SET first_delivery = NULL"),
        *("attempts SET signed_at = NULL", "attempts SET answered_at = NULL", "attempts SET answered_at = 5"),
    ],
)
def test_what_may_stand_in_a_row_is_no_damage(path: Path, set_to: str) -> None:
    change(path, f"UPDATE {set_to}")
    assert damage_of(path, RUN) is None


def test_the_first_of_several_damaged_deliveries_is_named(path: Path) -> None:
    change(path, "UPDATE deliveries SET position = 'x' WHERE id IN (3, 2, 4)")
    told = damage_of(path, RUN)
    assert told is not None
    assert told.startswith("Delivery 2 of run 1 in ")
