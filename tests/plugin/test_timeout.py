"""A test with a time limit of pytest-timeout: both that limit and ``timeout=`` of an exploration hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

HANGS = """
    import pytest
    from threading import Event

    def hangs(environ, start_response):
        Event().wait(60)

    @pytest.mark.timeout({limit}, method="signal", func_only=True)
    def test_it(steppay):
        steppay.assert_order_independent(
            "virtual-account-deposit", hangs, state=dict, reset=dict, timeout={timeout}
        )
"""


def test_what_hangs_is_told_beside_a_longer_limit_of_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=HANGS.format(limit=50, timeout=0.1))
    result = run("-p", "timeout")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *The receiver did not answer * within 0.1 s*"])
    result.stdout.no_fnmatch_line("*Failed: Timeout*")


def test_the_limit_of_the_test_holds_beside_a_longer_timeout(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=HANGS.format(limit=0.3, timeout=50))
    result = run("-p", "timeout")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *Failed: Timeout *0.3*"])


@pytest.mark.usefixtures("ledger")
def test_the_limit_still_holds_after_an_exploration(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it="""
            import ledger
            import pytest
            import signal

            @pytest.mark.timeout(50, method="signal")
            def test_it(steppay):
                handler = signal.getsignal(signal.SIGALRM)
                steppay.assert_order_independent(
                    "virtual-account-deposit", "ledger:right", state=ledger.show, reset=ledger.reset
                )
                assert signal.getsignal(signal.SIGALRM) is handler is not signal.SIG_DFL
                assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 50
        """
    )
    run("-p", "timeout").assert_outcomes(passed=1)
