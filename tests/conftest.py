"""What all rooms' tests share: pytester, and the switch that lets no missing tool pass unseen."""

from __future__ import annotations

import gc
import multiprocessing.connection  # noqa: F401 - see below
import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import settings
from thinning import mark_thinned

from steppay_mock.store.scenarios.registry import all_scenarios, forget_scenarios

pytest_plugins = ["pytester", "postgres", "extras", "processor_time", "serving"]

settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("untimed")

# multiprocessing.connection is imported first of all: a run of pytest within the tests forgets modules that were first
# imported in it, and this one leaves its functions in a table of pickle, which then belong to no module.

# What whoever runs the tests has set for a receiver of theirs counts in no test. And with PYTHONUNBUFFERED a command
# would show what it forgets to flush.
for name in [name for name in os.environ if name.startswith("STEPPAY_") or name == "PYTHONUNBUFFERED"]:
    del os.environ[name]

# A shell that starts the tests in the background ignores Ctrl-C for them and for all their children: tests that send
# it would then wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --require-tools and --share."""
    parser.addoption(
        "--require-tools",
        action="store_true",
        help="Tests marked node, postgres, browser or extra fail where they would be skipped for want of it.",
    )
    parser.addoption(
        "--share",
        metavar="K/N",
        help="Run a part of the tests: each is in one of the shares 1/N to N/N, by its name.",
    )


@pytest.hookimpl(tryfirst=True)  # before -m chooses by markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what `make test` has no time for, and leave out the tests of other shares."""
    if not os.environ.get("EVERY_EXAMPLE"):
        mark_thinned(items)
    if (share := config.getoption("--share")) is None:
        return
    wanted, _, count = share.partition("/")
    parts: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for one in items:
        parts[crc32(one.nodeid.encode()) % int(count) == int(wanted) % int(count)].append(one)
    config.hook.pytest_deselected(items=parts[False])
    items[:] = parts[True]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector away from the tests that were collected.

    They are a million objects that live until the end of the run. A full collection looks at each of them, and a run of
    pytest within the tests asks for several.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test that needs a tool into a failure, if that was asked for."""
    report = yield
    needs = any(item.get_closest_marker(tool) for tool in ("node", "postgres", "browser", "extra"))
    if needs and item.config.getoption("--require-tools") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\n--require-tools allows no skip here: install what is missing."
    return report


@pytest.fixture
def own_scenarios() -> Iterator[None]:
    """What the test defines, or loads from a file, is forgotten after it."""
    before = all_scenarios().keys()
    yield
    for name, one in all_scenarios().items():
        if name not in before:
            forget_scenarios(one.origin.rpartition(":")[0])


@pytest.fixture(scope="session", autouse=True)
def _no_test_leaves_a_scenario() -> Iterator[None]:
    """Fails at the end of a run, or of a worker of it, in which a scenario was defined that no later test expects."""
    before = all_scenarios().keys()
    yield
    left = [f"{one.name} ({one.origin})" for one in all_scenarios().values() if one.name not in before]
    assert left == [], "Let the tests that define these ask for the fixture own_scenarios."


@pytest.fixture
def write_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write ``steppay-mock.toml`` into a new working directory."""
    monkeypatch.chdir(tmp_path)

    def written(text: str) -> Path:
        path = tmp_path / "steppay-mock.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written
