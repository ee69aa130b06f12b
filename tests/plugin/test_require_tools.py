"""With --require-tools a test that needs a missing tool fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def switched(pytester: pytest.Pytester) -> None:
    """A run with the conftest of these tests."""
    pytester.makeconftest(Path(__file__).parents[1].joinpath("conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = node: needs Node")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.node
        def test_called():
            pytest.skip("there is no node")

        @pytest.mark.node
        @pytest.mark.skipif(True, reason="there is no ajv")
        def test_marked(): pass

        @pytest.mark.node
        @pytest.mark.xfail(strict=True)
        def test_expected(): assert False

        @pytest.mark.node
        def test_present(): pass

        def test_other(): pytest.skip("not our business")
        """
    )


@pytest.mark.usefixtures("switched")
def test_without_it_a_missing_tool_skips(run: Run) -> None:
    run().assert_outcomes(passed=1, skipped=3, xfailed=1)


@pytest.mark.usefixtures("switched")
def test_with_it_a_missing_tool_fails(run: Run) -> None:
    result = run("--require-tools")
    result.assert_outcomes(passed=1, skipped=1, xfailed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_marked*",
            "Skipped: there is no ajv",
            "--require-tools allows no skip here: install what is missing.",
            "*test_called*",
            "Skipped: there is no node",
            "--require-tools allows no skip here: install what is missing.",
        ]
    )
