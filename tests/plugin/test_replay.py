"""--steppay-replay delivers the one order that failed, and reports whether it still fails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

PROBE = "state=ledger.show, reset=ledger.reset"
STALE = f"steppay.assert_order_independent('virtual-account-deposit', ledger.stale, {PROBE})"
TEST = f"""
    import ledger

    def test_deposit(steppay):
        {STALE}
"""


def replays(result: pytest.RunResult) -> list[list[str]]:
    """The arguments of the commands that replay what failed, without ``pytest``."""
    found = re.findall(r"^E +pytest (.* --steppay-replay .*)$", result.stdout.str(), re.MULTILINE)
    return [shlex.split(command) for command in found]


def mend(pytester: pytest.Pytester) -> None:
    """Make the stale receiver right."""
    path = pytester.path / "ledger.py"
    path.write_text(path.read_text(encoding="utf-8").replace("is_right=False", "is_right=True"), encoding="utf-8")


@pytest.mark.usefixtures("ledger")
def test_it_fails_until_the_receiver_is_mended(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=TEST)
    [command] = replays(run())
    assert command[:3] == ["test_it.py::test_deposit", "--steppay-seed", "0"]
    again = run(*command)
    assert again.ret == pytest.ExitCode.TESTS_FAILED
    assert replays(again) == [command]
    again.stdout.fnmatch_lines(
        [
            "E  *OrderViolation: When event 3 arrives after event 5, *",
            "E  *virtual-account-deposit, delivered to *: 2 deliveries, 2",
            "repeat: pytest test_it.py::test_deposit --steppay-seed 0",
            "test_it.py::test_deposit: fails: stale overwrite; 2 deliveries, 2 states, *",
        ]
    )
    mend(pytester)
    fixed = run(*command)
    assert fixed.ret == pytest.ExitCode.OK
    fixed.stdout.fnmatch_lines(
        ["test_it.py::test_deposit: Fixed: 5 payment.completed, 3 payment.standby, delivered in this order to *"]
    )


@pytest.mark.usefixtures("ledger")
def test_one_order_is_delivered_and_no_other(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it="""
        import ledger
        import pytest

        def test_deposit(steppay, request):
            orders, token = [], request.config.getoption("steppay_replay")

            def reset():
                ledger.reset()
                orders.append([])

            def app(environ, start_response):
                body = ledger.read(environ)
                orders[-1].append([event.body for event in story].index(body))
                return ledger.take(body, start_response, is_right=False)

            story = steppay.scenario("virtual-account-deposit")
            found = steppay.explore(story, app, state=ledger.show, reset=reset)
            assert not found.ok
            if token is not None:
                assert [4, 2] in orders
                assert {tuple(sorted(order)) for order in orders if order} == {(2, 4)}  # one looks at the beginning
            found.assert_ok()
        """
    )
    [command] = replays(run())
    assert replays(run(*command)) == [command]


@pytest.mark.usefixtures("ledger")
def test_what_is_about_other_events_is_skipped(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it=f"""
        import ledger

        def test_deposit(steppay):
            {STALE}

        def test_deposit_of_another_seed(steppay):
            {STALE}

        def test_among_others(steppay):
            for seed in (1, 2):
                story = steppay.scenario("virtual-account-deposit", seed=seed)
                steppay.assert_order_independent(story, ledger.right if seed == 1 else ledger.stale, {PROBE})

        def test_without():
            pass
        """
    )
    first = run()
    first.assert_outcomes(passed=1, failed=3)
    tokens = [command[-1] for command in replays(first)]
    assert len(set(tokens)) == 3
    for token, failing in zip(
        tokens, ("test_deposit", "test_deposit_of_another_seed", "test_among_others"), strict=True
    ):
        again = run("-rfs", f"--steppay-replay={token}")
        again.assert_outcomes(passed=1, skipped=2, failed=1)
        again.stdout.fnmatch_lines([f"test_it.py::{failing}: fails: stale overwrite; *"])
        again.stdout.fnmatch_lines([f"FAILED test_it.py::{failing} - *"])
        again.stdout.fnmatch_lines(
            ["SKIPPED [[]1[]] test_it.py:*: --steppay-replay: Step 1 of the token, payment.completed, does not *"]
        )


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
@pytest.mark.usefixtures("ledger")
def test_a_run_that_replays_nothing_fails(
    pytester: pytest.Pytester, run: Run, run_apart: Run, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_it=TEST)
    pytester.makeini("[pytest]\npythonpath = .")
    [(name, *_, token)] = replays(run())
    again = run_apart if workers else run
    other = again(name, "--steppay-seed=1", f"--steppay-replay={token}", *workers)
    assert other.ret == pytest.ExitCode.USAGE_ERROR
    other.assert_outcomes(skipped=1)
    other.stdout.fnmatch_lines(
        [
            "*= steppay-mock =*",
            (
                "--steppay-replay: no test of this run explored the events of the token: "
                "payment.completed, payment.standby."
            ),
            "test_it.py::test_deposit: Step 1 of the token, payment.completed, does not exist any more: *",
            "Name the test of the token, and pass the --steppay-seed of its run. Or explore again.",
        ]
    )
    same = again(name, f"--steppay-replay={token}", *workers)
    assert same.ret == pytest.ExitCode.TESTS_FAILED
    same.stdout.no_fnmatch_line("*no test of this run*")


@pytest.mark.usefixtures("ledger")
def test_a_run_without_explorations_replays_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=TEST, test_other="def test_one(steppay): pass\ndef test_two(): assert False")
    [(*_, token)] = replays(run("test_it.py"))
    none = run("test_other.py::test_one", f"--steppay-replay={token}")
    none.assert_outcomes(passed=1)
    assert none.ret == pytest.ExitCode.USAGE_ERROR
    failing = run("test_other.py", f"--steppay-replay={token}")
    failing.assert_outcomes(passed=1, failed=1)
    assert failing.ret == pytest.ExitCode.TESTS_FAILED
    for result in (none, failing):
        result.stdout.fnmatch_lines(["--steppay-replay: no test of this run explored the events of the token: *"])


@pytest.mark.usefixtures("ledger")
def test_events_of_ones_own_are_found_where_they_moved_to(pytester: pytest.Pytester, run: Run) -> None:
    text = f"""
        import ledger

        def test_it(steppay):
            events = list(steppay.scenario("virtual-account-deposit"))
            steppay.assert_order_independent(events, ledger.stale, {PROBE})
        """
    pytester.makepyfile(test_it=text)
    [command] = replays(run())
    pytester.makepyfile(test_it=text.replace('-deposit"))', '-deposit"))[1:]'))
    again = run(*command)
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["E  *OrderViolation: When event 2 arrives after event 4, *"])
    pytester.makepyfile(test_it=text.replace('-deposit"))', '-deposit"))[3:]'))
    gone = run(*command)
    gone.assert_outcomes(skipped=1)
    assert gone.ret == pytest.ExitCode.USAGE_ERROR
    gone.stdout.fnmatch_lines(["test_it.py::test_it: Step 2 of the token, payment.standby, does not exist any more: *"])


@pytest.mark.parametrize("token", ["", "sp1.", "sp1.eNpjYBBgAAAAqQAp", "virtual-account-deposit"])
def test_a_token_that_is_none_is_wrong_usage(pytester: pytest.Pytester, run: Run, token: str) -> None:
    pytester.makepyfile("def test_it(): pass")
    refuses(run(f"--steppay-replay={token}"), token)


def test_a_token_that_is_none_is_refused_before_there_are_workers(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile("def test_it(): pass")
    refuses(run_apart("--steppay-replay=sp1.", "-n", "1"), "sp1.")


def refuses(result: pytest.RunResult, token: str) -> None:
    """The run ended in one line about the token."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: --steppay-replay: '{token}' is not a token of a counterexample. Copy the whole token *"]
    )
    assert "Traceback" not in result.stderr.str()
