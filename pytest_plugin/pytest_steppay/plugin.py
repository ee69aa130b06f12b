"""The hooks that pytest calls. Each one imports what it needs when it runs: runs without StepPay stay fast."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Generator
from typing import Any

import pytest

from pytest_steppay.fixtures import (
    steppay,
    steppay_api,
    steppay_checks,
    steppay_event,
    steppay_event_type,
    steppay_sandbox,
    steppay_secret,
    steppay_seed,
    steppay_sender,
    steppay_store,
    steppay_target,
    steppay_token,
)
from pytest_steppay.keys import BASE_SEED, BUDGET, MARKER, PROOFS
from pytest_steppay.record import RECORD

__all__ = [
    "steppay",
    "steppay_api",
    "steppay_checks",
    "steppay_event",
    "steppay_event_type",
    "steppay_sandbox",
    "steppay_secret",
    "steppay_seed",
    "steppay_sender",
    "steppay_store",
    "steppay_target",
    "steppay_token",
]

_INI = {
    "steppay_seed": "The seed from which all seeds are derived: a whole number (default: 0), or random.",
    "steppay_secret": "The secret of signatures. Default: STEPPAY_WEBHOOK_SECRET of the environment, else whsec_test.",
    "steppay_target": "The receiver: a URL, module:app or module:create_app().",
    "steppay_path": "The path of the receiver (default: /webhooks/steppay).",
    "steppay_budget": "The most deliveries of one exploration of orders (default: 20000).",
    "steppay_body": "The form of bodies: pretty (default, assumed), compact or escaped.",
    "steppay_locale": "The locale of names and addresses, such as en_US (default: ko_KR).",
    "steppay_basic_auth": "User and password, as ${USER}:${PASSWORD}, for a target behind access control.",
    "steppay_ca_file": "The PEM file that checks the certificate of a target that is a URL.",
    "steppay_client_cert": "The PEM file of the client certificate for a target that is a URL.",
    "steppay_client_key": "The PEM file of the client certificate's key, if it is another file.",
    "steppay_proxy": "The HTTP proxy to a target that is a URL (default: none).",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and ini keys."""
    group = parser.getgroup("steppay", "StepPay")
    group.addoption("--steppay-seed", metavar="N|random", type=_read_seed, help=_INI["steppay_seed"])
    group.addoption("--steppay-target", metavar="URL|MODULE:APP", help=_INI["steppay_target"])
    group.addoption("--steppay-secret", metavar="SECRET", help=_INI["steppay_secret"])
    group.addoption("--steppay-body", metavar="FORM", help=_INI["steppay_body"])
    group.addoption("--steppay-budget", metavar="N", type=_read_budget, help=_INI["steppay_budget"])
    group.addoption(
        "--steppay-replay",
        metavar="TOKEN",
        help="Deliver the counterexample of a failing test's token again, instead of every exploration of orders.",
    )
    for name, text in _INI.items():
        parser.addini(name, text, type="string", default=None)
    parser.addini("steppay_allow_hosts", "The hosts that a URL may have, besides this machine.", type="linelist")
    parser.addini(
        "steppay_headers",
        "Headers, as NAME: ${VALUE}, for a target that is a URL behind access control.",
        type="linelist",
    )
    parser.addini("steppay_scenarios", "The Python files that define your scenarios.", type="paths")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker, and read the settings of the whole run."""
    config.addinivalue_line("markers", MARKER)
    config.stash[BASE_SEED] = _base_seed(config)
    config.stash[BUDGET] = _setting(config, "steppay_budget", _read_budget)
    if (token := config.getoption("steppay_replay")) is not None:
        from pytest_steppay.replaying import Replaying

        config.pluginmanager.register(Replaying(token, config), "steppay-replaying")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the base seed to a worker of xdist: a seed that was drawn must be the same in all workers."""
    node.workerinput["steppay_seed"] = node.config.stash[BASE_SEED]


def pytest_report_header(config: pytest.Config) -> str:
    """The base seed. The version is in pytest's own line of plugins."""
    return f"steppay-mock: seed {config.stash[BASE_SEED]}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Check the test's markers, and run it once for each event type, or each group of checks, if it asks for them."""
    names = metafunc.fixturenames
    if "steppay_checks" in names:
        from pytest_steppay.selection import select_checks

        select_checks(metafunc)
    wanted = "steppay_event_type" in names or "steppay_event" in names
    if wanted or metafunc.definition.get_closest_marker("steppay") is not None:
        from pytest_steppay.selection import select_event_types

        select_event_types(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Drop the record of the test: plugins that rerun failures set one item up several times."""
    if RECORD in item.stash:
        del item.stash[RECORD]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failure with the user's frames only, and with what repeats it."""
    if call.excinfo is not None and type(call.excinfo.value).__module__.startswith("steppay_mock."):
        from pytest_steppay.trim import hide_own_frames

        hide_own_frames(call.excinfo, item.config)
    report = yield
    if RECORD in item.stash:
        # xdist sends attributes of a report from a worker to the controller. JUnit has user_properties, but not these.
        vars(report)[PROOFS] = item.stash[RECORD].take_proofs()
        if report.failed:
            from pytest_steppay.report import add_section

            add_section(report, item)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write a line for each exploration of the run, by node id; none with -q, and its notes below it with -v.

    Of a test that was rerun, the last try counts.
    """
    verbosity = terminalreporter.config.get_verbosity()
    if verbosity < 0:
        return
    reports = [report for reports in terminalreporter.stats.values() for report in reports if hasattr(report, PROOFS)]
    reports.sort(key=lambda report: (str(report.nodeid), _try_of(report)))
    last = {report.nodeid: _try_of(report) for report in reports}
    told = [report for report in reports if _try_of(report) == last[report.nodeid]]
    lines: list[str] = []
    for report in told:
        for line, *notes in getattr(report, PROOFS):
            lines += [f"{report.nodeid}: {line}", *(f"  note: {note}" for note in notes if verbosity > 0)]
    if lines:
        terminalreporter.section("steppay-mock")
        terminalreporter.write("".join(f"{line}\n" for line in lines))


def _try_of(report: Any) -> int:
    """The number of the report's try, as pytest-rerunfailures counts: 0 is the first."""
    return getattr(report, "rerun", 0)


def _base_seed(config: pytest.Config) -> int:
    drawn = getattr(config, "workerinput", {}).get("steppay_seed")
    if drawn is not None:
        return int(drawn)
    given = _setting(config, "steppay_seed", _read_seed) or 0
    return int.from_bytes(os.urandom(4), "big") if given == "random" else int(given)


def _setting(config: pytest.Config, name: str, read: Callable[[str], Any]) -> Any:
    """The value of the option, else of the ini key; None if neither is set."""
    given = config.getoption(name)
    if given is not None or not (text := config.getini(name)):
        return given
    try:
        return read(text)
    except ArgumentTypeError as error:
        raise pytest.UsageError(f"{name}: {error}") from None


def _read_seed(text: str) -> int | str:
    if text == "random":
        return text
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no seed. Give a whole number such as 7, or random.") from None


def _read_budget(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is no number of deliveries. Give one such as 5000.")
    return int(text)
