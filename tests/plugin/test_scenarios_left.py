"""A run of these tests fails where one of them leaves a scenario behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]


@pytest.mark.usefixtures("own_scenarios")
def test_a_scenario_that_no_fixture_forgets_is_named_with_its_place(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(Path(__file__).parents[1].joinpath("conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(
        test_it="""
        import pytest
        from steppay_mock import define_scenario

        def bought(store):
            '''Something is bought.'''
            store.checkout()

        @pytest.mark.usefixtures("own_scenarios")
        def test_forgets():
            define_scenario("forgotten")(bought)

        def test_leaves():
            define_scenario("left")(bought)
        """
    )
    result = run()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*Let the tests that define these ask for the fixture own_scenarios.", "*left (*test_it.py:4)*"]
    )
    assert "forgotten (" not in result.stdout.str()
