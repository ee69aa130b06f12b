"""What all rooms' tests share: pytester, and the switch that lets no missing tool pass unseen."""

from __future__ import annotations

import multiprocessing.connection  # noqa: F401 - see below
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from steppay_mock.store.scenarios import registry

pytest_plugins = ["pytester", "postgres", "extras"]

settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("untimed")

# multiprocessing.connection is imported first of all: a run of pytest within the tests forgets modules that were first
# imported in it, and this one leaves its functions in a table of pickle, which then belong to no module.

# A shell that starts the tests in the background ignores Ctrl-C for them and for all their children: tests that send
# it would then wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --require-tools."""
    parser.addoption(
        "--require-tools",
        action="store_true",
        help="Tests marked node, postgres or extra fail where they would be skipped for want of it.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test that needs a tool into a failure, if that was asked for."""
    report = yield
    needs = any(item.get_closest_marker(tool) for tool in ("node", "postgres", "extra"))
    if needs and item.config.getoption("--require-tools") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\n--require-tools allows no skip here: install what is missing."
    return report


@pytest.fixture(autouse=True)
def _scenarios_of_a_test_are_its_own() -> Iterator[None]:
    """What a test defines is known to no other."""
    registry.all_scenarios()
    known = dict(registry._known)
    yield
    registry._known.clear()
    registry._known.update(known)
