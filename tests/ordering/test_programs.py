"""The programs of a page, for receivers that are reached in every way: whole ones, kept beside this file.

test_repro.py runs some of them. After a change that was meant:
``UPDATE_REPORTS=1 pytest tests/ordering/test_programs.py``, and read the difference.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, ORDER, PAYMENT, RECOVERED, UNPAID, counterexample, event, exploration

from steppay_mock import Event, make_event, scenario
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import Face, Reach, speaking
from steppay_mock.ordering.report.repro.javascript import vitest_test
from steppay_mock.ordering.report.repro.python import pytest_test
from steppay_mock.ordering.report.repro.shell import shell_script
from steppay_mock.ordering.token import describe_events, source_of

Made = tuple[Exploration, Counterexample]

PROGRAMS = Path(__file__).parent / "programs"
LIFE = (CREATED, UNPAID, RECOVERED)
ROOT = "http://localhost:8000"
REACH = Reach(url=f"{ROOT}/hook", state_url=f"{ROOT}/state", reset_url=f"{ROOT}/reset")
NO_URLS = Reach(url=None, state_url=None, reset_url=None, reset_method="PUT", unsigned=True, options=(("given", 2),))
OF_ONE = replace(REACH, state_url=f"{ROOT}/of/{{customer_id}}/{{order_code}}?a=$b", can_reset=False, reset_url=None)
WITH_OPTIONS = replace(
    REACH,
    reset_method="DELETE",
    files=("shop.py", "my stories.py"),
    options=(("truth", Path("truth.toml")), ("timeout", 0.5), ("hide", ["a"])),
)
PAYMENTS = tuple(
    make_event(kind, seed=7, data={"paymentId": 9, "customerId": "42", "status": status})
    for kind, status in (("payment.completed", "COMPLETE"), ("payment.canceled", "CANCELED"))
)


STRANGERS = tuple(event("mine", second=second, id=1, status=status) for second, status in enumerate("AB"))


def made(
    reach: Reach | None, *args: Any, given: tuple[Event, ...] = (), **how: Any
) -> tuple[Exploration, Counterexample]:
    with speaking(Face(is_shell=reach is not None, reach=reach)):
        found = counterexample(*args, **how)
        return exploration(found, given=given), found


def of_a_scenario(reach: Reach | None) -> Made:
    story = scenario("customer-registers-and-leaves", seed=7)
    token = describe_events(story.events, source=source_of(story)).of((1, 0), kind="state")
    explored, found = made(reach, lambda state, one: state.update(last=str(one.type)), story.events, (1, 0))
    return explored, replace(found, token=token)


WAYS: dict[str, Callable[[], Made]] = {
    "in-this-process": lambda: made(None, cases.overwrites, LIFE, (2, 1)),
    "in-this-process-of-a-scenario": lambda: of_a_scenario(None),
    "elsewhere": lambda: made(REACH, cases.overwrites, LIFE, (2, 1)),
    "elsewhere-of-a-scenario": lambda: of_a_scenario(WITH_OPTIONS),
    "elsewhere-without-urls": lambda: made(NO_URLS, cases.overwrites, LIFE, (2, 1), given=(ORDER, PAYMENT)),
    "elsewhere-never-emptied": lambda: made(OF_ONE, cases.overwrites, PAYMENTS, (1, 0)),
    "elsewhere-never-emptied-of-strangers": lambda: made(OF_ONE, cases.overwrites, STRANGERS, (1, 0)),
    "in-flight": lambda: made(REACH, cases.overwrites, LIFE, (0, 1, 2), together=(1, 2), passing=(0, 1, 2)),
    "again": lambda: made(REACH, cases.overwrites, LIFE, (0, 1, 0)),
    "again-in-flight": lambda: made(REACH, cases.overwrites, LIFE, (0, 0, 1), together=(0, 1), passing=(0, 0, 1)),
    "again-unsigned": lambda: made(replace(REACH, unsigned=True), cases.overwrites, LIFE, (0, 1, 0)),
    "refused": lambda: made(REACH, cases.refuses_and_writes, LIFE, (0,), kind="refused"),
    "answers": lambda: made(REACH, cases.refuses_orphans, (ORDER, PAYMENT), (1, 0), kind="answer"),
    "not-accepted": lambda: made(REACH, cases.refuses_and_writes, LIFE, (2, 1)),
    "truth": lambda: made(REACH, cases.overwrites, LIFE, (0, 1), kind="truth", truth={"41": {"status": "UNPAID"}}),
    "truth-in-this-process": lambda: made(None, cases.overwrites, LIFE, (0, 1), kind="truth", truth={}),
    "effects": lambda: made(None, cases.mails, LIFE, (0, 0), kind="effects", effects=True),
    "forms": lambda: made(None, cases.overwrites, (CREATED, Event(UNPAID.payload, form="compact")), (1, 0)),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_programs_are_those_that_are_kept(way: str) -> None:
    path = PROGRAMS / f"{way}.txt"
    explored, found = WAYS[way]()
    told = "\n".join(write(explored, found) for write in (shell_script, pytest_test, vitest_test))
    if os.environ.get("UPDATE_REPORTS"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


def test_no_program_is_kept_of_what_is_gone() -> None:
    assert {path.stem for path in PROGRAMS.iterdir()} == set(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_the_programs_can_be_read(way: str) -> None:
    explored, found = WAYS[way]()
    ast.parse(pytest_test(explored, found))
    shell = shutil.which("sh")
    assert shell is not None
    done = subprocess.run(
        [shell, "-n"], input=shell_script(explored, found), capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
