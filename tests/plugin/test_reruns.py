"""A test that pytest-rerunfailures runs several times tells what its last try found, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

PROOF = "proved: all 720 orders of 6 events"
TRIES = """
    import ledger
    import pytest

    tries = []

    def prove(steppay, which):
        steppay.assert_order_independent(
            "virtual-account-deposit", f"ledger:{{which}}", state=ledger.show, reset=ledger.reset
        )

    @pytest.fixture
    def proved(steppay):
        prove(steppay, "right")

    def test_it({arguments}):
        tries.append(1)
        {body}
"""


def lines(result: pytest.RunResult, what: str) -> list[str]:
    return [line for line in result.stdout.lines if what in line]


@pytest.mark.usefixtures("ledger")
def test_a_proof_is_told_once_though_the_test_ran_three_times(pytester: pytest.Pytester, run: Run) -> None:
    body = "prove(steppay, 'right'); assert len(tries) == 3"
    pytester.makepyfile(test_it=TRIES.format(arguments="steppay", body=body))
    result = run("-p", "rerunfailures", "--reruns=2")
    assert result.parseoutcomes() == {"passed": 1, "rerun": 2}
    assert len(lines(result, PROOF)) == 1


@pytest.mark.usefixtures("ledger")
def test_so_is_a_proof_that_a_fixture_made(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=TRIES.format(arguments="proved", body="assert len(tries) == 3"))
    result = run("-p", "rerunfailures", "--reruns=2")
    assert result.parseoutcomes() == {"passed": 1, "rerun": 2}
    assert len(lines(result, PROOF)) == 1


@pytest.mark.usefixtures("ledger")
def test_what_an_earlier_try_found_is_not_told_of_a_later_one(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=TRIES.format(arguments="steppay", body="prove(steppay, 'stale')"))
    result = run("-p", "rerunfailures", "--reruns=2", "-rN")
    assert result.parseoutcomes() == {"failed": 1, "rerun": 2}
    assert len(lines(result, "test_it.py::test_it: fails: stale overwrite")) == 1
    assert len(lines(result, "--steppay-replay sp1.")) == 1


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ledger")
def test_workers_tell_it_once_too(pytester: pytest.Pytester, run_apart: Run) -> None:
    body = "prove(steppay, 'right'); assert len(tries) == 3"
    pytester.makepyfile(test_it=TRIES.format(arguments="steppay", body=body))
    pytester.makeini("[pytest]\npythonpath = .")
    result = run_apart("-p", "rerunfailures", "--reruns=2", "-n", "1")
    assert result.parseoutcomes() == {"passed": 1, "rerun": 2}
    assert len(lines(result, PROOF)) == 1
