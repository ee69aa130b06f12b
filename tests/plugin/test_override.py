"""Each fixture can be overridden by one of the same name, and the others follow it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


@pytest.mark.parametrize("scope", ["function", "module"])
def test_the_secret(pytester: pytest.Pytester, run: Run, scope: str) -> None:
    pytester.makeconftest(
        f"""
        import pytest

        @pytest.fixture(scope={scope!r})
        def steppay_secret():
            return "mine"
        """
    )
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import sign

        @pytest.mark.steppay(secret="of the marker")
        def test_it(steppay):
            assert steppay.sign(b"body", timestamp=1) == sign(b"body", "mine", timestamp=1)
        """
    )
    run("--steppay-secret", "of the option").assert_outcomes(passed=1)


def test_the_seed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest
        from steppay_mock import make_event

        @pytest.fixture
        def steppay_seed():
            return 11

        def test_it(steppay):
            assert steppay.event("order.created") == make_event("order.created", seed=11)
            assert repr(steppay) == "<steppay: seed 11>"
            assert False
        """
    )
    run().stdout.fnmatch_lines(["seed: 0; steppay_seed was 11"])


@pytest.mark.usefixtures("shop")
def test_the_target(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import pytest
        import shop

        @pytest.fixture
        def app(steppay_secret):
            return shop.create_app(steppay_secret)

        @pytest.fixture
        def steppay_target(app):
            return app
        """
    )
    pytester.makepyfile(
        """
        def test_it(steppay, app):
            steppay.deliver(steppay.event("order.created")).assert_ok()
            assert app.seen == ["order.created"]
        """
    )
    run("--steppay-target", "http://localhost:1", "--steppay-secret", "s3").assert_outcomes(passed=1)


def test_the_door(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def steppay(steppay):
            steppay.made_here = True
            return steppay

        def test_it(steppay, steppay_event):
            assert steppay.made_here
        """
    )
    run().assert_outcomes(passed=27)


def test_the_door_replaced_altogether(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        class Mine:
            def event(self, event_type):
                return f"mine: {event_type}"

        @pytest.fixture
        def steppay():
            return Mine()

        @pytest.mark.steppay("order.created")
        def test_it(steppay_event):
            assert steppay_event == "mine: order.created"
        """
    )
    run().assert_outcomes(passed=1)
