"""The marker takes event types and keywords, and refuses everything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_steppay.keys import MARKER, MARKER_KEYWORDS

Run = Callable[..., pytest.RunResult]


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            "secert='a'",
            (
                "The marker has no keyword 'secert'. Did you mean 'secret'? The keywords are seed, secret, locale, "
                "body, nulls, edge, drift, now, path, target or budget."
            ),
        ),
        (
            "'payment.complete'",
            (
                "There is no event type 'payment.complete'. Did you mean 'payment.completed'? `steppay-mock events` "
                "lists all 27."
            ),
        ),
        ("nulls='ommit'", "nulls='ommit': expected 'omit', 'null' or 'mixed'. Did you mean 'omit'?"),
        ("drift='fields'", "drift='fields': expected 'field', 'enum' or 'event'. Did you mean 'field'?"),
        ("seed=1.5", "seed=1.5: expected a whole number, or text. Pass seed=7."),
        ("seed=True", "seed=True: expected a whole number, or text. Pass seed=7."),
    ],
)
@pytest.mark.parametrize("asked", ["", "steppay_event", "steppay"])
def test_a_wrong_marker_is_one_error_at_collection(
    pytester: pytest.Pytester, run: Run, marker: str, message: str, asked: str
) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.steppay({marker})
        def test_it({asked}):
            pass
        """
    )
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)
    name = "test_a_wrong_marker_is_one_error_at_collection.py"
    lines = result.stdout.lines
    begin = lines.index(f"{f' ERROR collecting {name} ':_^80}".rstrip())
    assert lines[begin + 1] == f"{name}::test_it: @pytest.mark.steppay: {message}"
    assert lines[begin + 2].startswith("=====")


def test_a_wrong_marker_of_a_module_is_told_once_by_all_workers(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.steppay(tarjet="shop:app")

        def test_one(): pass
        def test_two(): pass
        """
    )
    result = run_apart("-n", "2")
    result.assert_outcomes(errors=1)
    assert result.stdout.str().count("The marker has no keyword 'tarjet'. Did you mean 'target'?") == 1
    assert "Traceback" not in result.stdout.str()


def test_a_wrong_marker_that_comes_late_fails_its_test_alone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.steppay(sede=1)), 2])
        def test_it(n, steppay):
            pass
        """
    )
    result = run()
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_it[[]1[]]: @pytest.mark.steppay: The marker has no keyword 'sede'. Did you mean 'seed'? The *",
            "*steppay-mock*",
        ]
    )
    result.stdout.no_fnmatch_line("*fixtures.py*")


def test_the_nearest_marker_wins_keyword_by_keyword(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.steppay("order.created", seed=1, locale="en_US", secret="module")

        @pytest.mark.steppay("payment.failed", "payment.completed", seed=2, nulls="null")
        class TestIt:
            @pytest.mark.steppay(seed=3)
            def test_function(self, steppay, steppay_seed, steppay_secret):
                assert (steppay_seed, steppay_secret) == (3, "module")
                event = steppay.event("payment.failed")
                assert event == steppay.event("payment.failed", seed=3, locale="en_US", nulls="null")
                assert None in event.data.values()
                assert [e.type for e in steppay.events()] == ["payment.failed", "payment.completed"]

            def test_class(self, steppay_seed, steppay_event):
                assert steppay_seed == 2
                assert steppay_event.type in ("payment.failed", "payment.completed")

        def test_module(steppay_seed, steppay_event):
            assert (steppay_seed, steppay_event.type) == (1, "order.created")
        """
    )
    run().assert_outcomes(passed=4)


def test_a_marker_on_a_parameter_is_the_nearest(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.steppay(seed=1)
        @pytest.mark.parametrize("expected", [1, pytest.param(2, marks=pytest.mark.steppay(seed=2))])
        def test_it(expected, steppay_seed):
            assert steppay_seed == expected
        """
    )
    run().assert_outcomes(passed=2)


def test_each_keyword_about_events_reaches_them(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from datetime import UTC, datetime
        from steppay_mock import make_event

        @pytest.mark.steppay(now=datetime(2026, 1, 2, tzinfo=UTC))
        def test_now(steppay):
            assert steppay.event("order.created").timestamp == 1767312000

        @pytest.mark.steppay(seed=5, edge=True)
        def test_edge(steppay):
            assert steppay.event("order.created") == make_event("order.created", seed=5, edge=True)

        @pytest.mark.steppay(seed=5, drift="event")
        def test_drift(steppay):
            assert steppay.event("order.created") == make_event("order.created", seed=5, drift="event")
            assert steppay.event("order.created", seed=5, drift=None) == make_event("order.created", seed=5)
        """
    )
    run().assert_outcomes(passed=3)


def test_the_marker_names_every_keyword_that_it_takes() -> None:
    for keyword in MARKER_KEYWORDS:
        assert f"{keyword}=..." in MARKER


def test_markers_of_unittest_classes_count(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import unittest
        import pytest

        @pytest.mark.steppay(seed=4)
        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def take(self, steppay, steppay_seed):
                self.steppay, self.seed = steppay, steppay_seed

            def test_it(self):
                assert self.seed == 4
                self.steppay.validate(self.steppay.event("order.created"))
        """
    )
    run().assert_outcomes(passed=1)
