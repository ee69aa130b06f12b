"""A failure shows the user's lines, and ours only where they help."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

VIOLATION = """
    def test_it(steppay):
        event = steppay.event("payment.completed")
        event.data["paidAmount"] = "much"
        steppay.validate(event)
"""


def test_a_violation_is_an_assertion_shown_at_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=VIOLATION)
    result = run()
    result.stdout.fnmatch_lines(
        [
            ">       steppay.validate(event)",
            "E       steppay_mock.errors.ContractViolation: payment.completed: $.data.paidAmount",
            "E         expected: a number",
            'E         sent:     "much" (string)',
            "E         next:     *",
            "",
            "test_it.py:4: ContractViolation",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*door.py*")


def test_full_trace_shows_our_frames(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=VIOLATION)
    run("--full-trace").stdout.fnmatch_lines(["*door.py:*"])


def test_other_errors_keep_our_frames(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay): steppay.deliver(1 / 0 for _ in [1]) if 0 else steppay.event()")
    run().stdout.fnmatch_lines(["E  *TypeError: StepPay.event() missing 1 required positional argument: 'event_type'"])
    pytester.makepyfile(
        """
        def test_it(steppay):
            steppay.deliver((1 / 0 for _ in [1]), to=lambda environ, start_response: [])
        """
    )
    run().stdout.fnmatch_lines(["*deliver.py:*", "E  *ZeroDivisionError: division by zero"])


def test_misuse_within_a_fixture_shows_one_frame(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.steppay("order.created", locale="xx_YY")
        def test_it(steppay_event):
            pass
        """
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E  *SteppayMockError: *'xx_YY'*"])
    assert len(re.findall(r"^\S*\.py:\d+: ", result.stdout.str(), re.MULTILINE)) == 1
