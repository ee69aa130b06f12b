"""The lines of the summary by verbosity and by try, and what a run of one token tells at its end."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_steppay.keys import PROOFS
from pytest_steppay.plugin import pytest_terminal_summary
from pytest_steppay.replaying import Replaying
from steppay_mock import explore


class Summary:
    """The part of pytest's terminal reporter that a summary uses."""

    def __init__(self, *reports: Any, verbosity: int = 0) -> None:
        self.config = SimpleNamespace(get_verbosity=lambda: verbosity)
        self.stats = {"passed": list(reports[::2]), "failed": list(reports[1::2])}
        self.told: list[str] = []

    def section(self, title: str, **_style: bool) -> None:
        """Note the title."""
        self.told.append(f"== {title}")

    def write(self, text: str) -> None:
        """Note the lines."""
        self.told += text.splitlines()

    def write_line(self, line: str, **_style: bool) -> None:
        """Note the line."""
        self.told.append(line)


def report(name: str, *proofs: tuple[str, ...], **more: Any) -> Any:
    return SimpleNamespace(nodeid=name, **{PROOFS: list(proofs)}, **more)


def summary(*reports: Any, verbosity: int = 0) -> list[str]:
    found = Summary(*reports, verbosity=verbosity)
    pytest_terminal_summary(found)
    return found.told


def test_each_exploration_has_a_line_in_the_order_of_the_tests() -> None:
    reports = [report("c", ("3",)), report("a", ("1", "n"), ("2",)), SimpleNamespace(nodeid="b"), report("d")]
    assert summary(*reports) == ["== steppay-mock", "a: 1", "a: 2", "c: 3"]
    assert summary(*reports, verbosity=1) == ["== steppay-mock", "a: 1", "  note: n", "a: 2", "c: 3"]
    assert summary(*reports, verbosity=-1) == summary(report("d")) == summary() == []


def test_of_a_test_that_was_rerun_the_last_try_counts() -> None:
    tries = [report("a", (f"{number}",), rerun=number) for number in (1, 0, 2)]
    assert summary(*tries, report("b", ("only",))) == ["== steppay-mock", "a: 2", "b: only"]
    first = [report("a", ("setup",)), report("a", ("call",))]
    assert summary(*first, report("a", ("again",), rerun=1)) == ["== steppay-mock", "a: again"]
    assert summary(*first) == ["== steppay-mock", "a: setup", "a: call"]


@pytest.fixture(scope="module")
def token() -> str:
    rows: dict[str, Any] = {}

    def receiver(environ: Any, start_response: Any) -> list[bytes]:
        event = json.load(environ["wsgi.input"])
        rows[event["event"].partition(".")[0]] = event["data"].get("status")
        start_response("204 No Content", [])
        return []

    found = explore("virtual-account-deposit", receiver, state=lambda: dict(rows), reset=rows.clear)
    assert found.counterexample is not None
    return found.counterexample.token


def run_of(token: str, *, is_worker: bool = False) -> Replaying:
    config: Any = SimpleNamespace(**({"workerinput": {}} if is_worker else {}))
    return Replaying(token, config)


def end_of(replaying: Replaying, status: pytest.ExitCode) -> Any:
    session: Any = SimpleNamespace(exitstatus=status)
    replaying.pytest_sessionfinish(session)
    return session.exitstatus


def told_by(replaying: Replaying) -> list[str]:
    found = Summary()
    replaying.pytest_terminal_summary(found)
    return found.told


OUTCOME = "_steppay_replay"


def test_a_run_that_replayed_nothing_is_wrong_usage_unless_it_failed_anyway(token: str) -> None:
    for status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        assert end_of(run_of(token), status) == pytest.ExitCode.USAGE_ERROR
        assert end_of(run_of(token, is_worker=True), status) == status
    for status in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        assert end_of(run_of(token), status) == status
    replaying = run_of(token)
    replaying.pytest_runtest_logreport(SimpleNamespace(nodeid="a", **{OUTCOME: ""}))  # type: ignore[arg-type]
    assert end_of(replaying, pytest.ExitCode.OK) == pytest.ExitCode.OK
    assert told_by(replaying) == []


@pytest.mark.parametrize("count", [0, 1, 5, 6, 8])
def test_five_tests_are_named_that_explored_other_events(count: int, token: str) -> None:
    replaying = run_of(token)
    for number in reversed(range(count)):
        of_test: Any = SimpleNamespace(nodeid=f"t{number}", **{OUTCOME: f"why {number}"})
        replaying.pytest_runtest_logreport(of_test)
    replaying.pytest_runtest_logreport(SimpleNamespace(nodeid="other"))  # type: ignore[arg-type]
    assert end_of(replaying, pytest.ExitCode.OK) == pytest.ExitCode.USAGE_ERROR
    title, first, *reasons, last = told_by(replaying)
    assert title == "== steppay-mock"
    assert first.startswith("--steppay-replay: no test of this run explored the events of the token: ")
    assert "payment.completed" in first
    assert last == "Name the test of the token, and pass the --steppay-seed of its run. Or explore again."
    more = [f"and {count - 5} more tests"] if count > 5 else []
    assert reasons == [*(f"t{number}: why {number}" for number in range(min(count, 5))), *more]


def test_a_text_that_is_no_token_is_wrong_usage() -> None:
    with pytest.raises(pytest.UsageError, match="--steppay-replay: "):
        run_of("nothing")
