"""The event types that a test runs with, and how an overridden fixture changes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from steppay_mock import EventType

Run = Callable[..., pytest.RunResult]


def collected(result: pytest.RunResult) -> list[str]:
    return [line.partition("::")[2] for line in result.stdout.lines if "::" in line]


def test_a_test_that_asks_for_an_event_runs_for_every_type(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay_event, steppay): steppay.validate(steppay_event, strict=True)")
    assert collected(run("--collect-only", "-q")) == [f"test_it[{event_type}]" for event_type in EventType]
    run().assert_outcomes(passed=27)


@pytest.mark.parametrize("asked", ["steppay_event", "steppay_event_type", "steppay_event_type, steppay_event"])
def test_the_marker_names_the_types_in_its_order_and_each_once(pytester: pytest.Pytester, run: Run, asked: str) -> None:
    pytester.makepyfile(
        f"""
        import pytest
        from steppay_mock import EventType

        @pytest.mark.steppay("payment.failed", EventType.ORDER_CREATED, "payment.failed")
        def test_it({asked}):
            pass
        """
    )
    assert collected(run("--collect-only", "-q")) == ["test_it[payment.failed]", "test_it[order.created]"]


def test_the_type_is_an_event_type(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from steppay_mock import EventType

        def test_it(steppay_event, steppay_event_type):
            assert isinstance(steppay_event_type, EventType)
            assert steppay_event.type is steppay_event_type
        """
    )
    run().assert_outcomes(passed=27)


def test_other_parameters_multiply(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("order", ["shuffled", "reversed"])
        @pytest.mark.steppay("order.created", "order.updated")
        def test_it(steppay_event, order):
            pass
        """
    )
    run().assert_outcomes(passed=4)


def test_types_that_cannot_drift_so_are_left_out_unless_named(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.steppay(drift="enum")
        def test_drift(steppay_event, steppay):
            steppay.validate(steppay.event(steppay_event.type, drift=None))
        """
    )
    result = run("-v")
    result.assert_outcomes(passed=24)
    result.stdout.no_fnmatch_line("*customer.*")


def test_an_event_overridden_without_its_type_runs_once(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def steppay_event(steppay):
            return steppay.event("order.created")

        def test_it(steppay_event):
            assert steppay_event.type == "order.created"
        """
    )
    assert collected(run("--collect-only", "-q")) == ["test_it"]
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize("where", ["test_it", "conftest"])
@pytest.mark.parametrize(
    "override",
    [
        "def steppay_event(steppay, steppay_event_type): return [steppay.event(steppay_event_type)]",
        "def steppay_event(steppay_event): return [steppay_event]",
    ],
)
def test_an_event_overridden_with_its_type_runs_for_every_type(
    pytester: pytest.Pytester, run: Run, where: str, override: str
) -> None:
    files = {"test_it": "import pytest\n", "conftest": "import pytest\n"}
    files[where] += f"@pytest.fixture\n{override}\n"
    files["test_it"] += "def test_it(steppay_event): assert isinstance(steppay_event, list)"
    pytester.makepyfile(**files)
    run().assert_outcomes(passed=27)


@pytest.mark.parametrize(
    ("override", "runs"),
    [
        ("@pytest.fixture\ndef steppay_event_type(): return 'order.created'", 1),
        ("@pytest.fixture(params=TWO)\ndef steppay_event_type(request): return request.param", 2),
        ("@pytest.fixture\ndef steppay_event_type(steppay_event_type): return str(steppay_event_type)", 27),
    ],
)
def test_the_type_can_be_overridden(pytester: pytest.Pytester, run: Run, override: str, runs: int) -> None:
    pytester.makepyfile(
        f"import pytest\nTWO = ['order.created', 'order.updated']\n{override}\n"
        "def test_it(steppay_event, steppay_event_type): assert steppay_event.type == steppay_event_type\n"
    )
    run().assert_outcomes(passed=runs)


@pytest.mark.parametrize("names", ["'steppay_event_type'", "'n, steppay_event_type'", "('steppay_event_type')"])
def test_the_test_can_give_the_types_itself(pytester: pytest.Pytester, run: Run, names: str) -> None:
    values = "[(1, 'order.created'), (2, 'order.updated')]" if "n," in names else "['order.created', 'order.updated']"
    arguments = "steppay_event, n" if "n," in names else "steppay_event"
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.parametrize({names}, {values})
        def test_it({arguments}):
            assert steppay_event.type in ("order.created", "order.updated")
        """
    )
    run().assert_outcomes(passed=2)


@pytest.mark.parametrize("names", ["'steppay_event_type'", "'n, steppay_event_type'"])
def test_the_test_can_pass_the_types_to_the_fixture(pytester: pytest.Pytester, run: Run, names: str) -> None:
    values = "[(1, 'order.created'), (2, 'order.updated')]" if "n," in names else "['order.created', 'order.updated']"
    arguments = "steppay_event, n" if "n," in names else "steppay_event"
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.parametrize({names}, {values}, indirect=["steppay_event_type"])
        def test_it({arguments}):
            assert steppay_event.type in ("order.created", "order.updated")
        """
    )
    run().assert_outcomes(passed=2)


def test_the_test_can_give_the_events_itself(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("steppay_event", ["a", "b"])
        def test_it(steppay_event):
            assert steppay_event in "ab"
        """
    )
    run().assert_outcomes(passed=2)


def test_an_event_asked_for_too_late_says_what_to_do(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(request): request.getfixturevalue('steppay_event')")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            (
                "The event types are chosen at collection. Add steppay_event or steppay_event_type to the arguments of "
                "the test function, or make one event: steppay.event('payment.completed')"
            )
        ]
    )
