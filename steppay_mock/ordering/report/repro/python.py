"""Writes a test for pytest that replays a counterexample, and fails until the receiver is fixed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.report.repro.reproduction import HEADER, SECRET, reproduction_of
from steppay_mock.ordering.token import read_token
from steppay_mock.payload.body import DEFAULT_FORM

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.report.repro.reproduction import Reproduction


def pytest_test(exploration: ExplorationData, found: CounterexampleData) -> str:
    """The module with the test."""
    case = reproduction_of(exploration, found)
    return "\n".join([*_imports(case), *_where(case), *_test(case)]) + "\n"


def _imports(case: Reproduction) -> Iterator[str]:
    yield f'"""Fails until the receiver ends right in this order: {case.title}."""'
    yield ""
    if not _is_of_scenario(case):
        yield "import json"
    yield "import os"
    if any(isinstance(value, Path) for _, value in case.reach.options):
        yield "from pathlib import Path"
    yield ""
    names = ["replay", *(["load_scenarios"] if case.reach.files else [])]
    if not _is_of_scenario(case) and (case.v1 or {*case.forms.values()} - {DEFAULT_FORM}):
        names.append("Event")
    yield f"from steppay_mock import {', '.join(sorted(names))}"
    if case.is_elsewhere:
        yield "from steppay_mock import remote_reset, remote_state"
    else:
        yield "# Correct this line: import your app, and the functions that you passed to explore."
        yield f"from your_app import {', '.join(sorted(('app', 'reset', 'rows', *_functions(case))))}"
    yield ""


def _where(case: Reproduction) -> Iterator[str]:
    if case.is_elsewhere:
        yield f"RECEIVER = {_variable('STEPPAY_MOCK_TO', case.reach.url)}"
        yield f"STATE_URL = {_variable('STEPPAY_MOCK_STATE_URL', _state_url(case))}"
        if not case.is_fresh:
            yield f"RESET_URL = {_variable('STEPPAY_MOCK_RESET_URL', case.reach.reset_url)}"
        yield f'NAME, _, VALUE = os.environ.get("{HEADER}", "").partition(":")'
        yield "HEADERS = {NAME: VALUE.strip()} if NAME else {}"
    yield f'TOKEN = "{case.found.token}"'
    if not _is_of_scenario(case):
        yield "EVENTS = ["
        yield from (f"    {_event(case, number)}," for number in case.bodies)
        yield "]"
    yield from (f"load_scenarios({json.dumps(file)})" for file in case.reach.files)
    yield ""


def _event(case: Reproduction, number: int) -> str:
    """The expression that makes the event with that body; a plain payload has a body of the default form."""
    if number in case.v1:
        return f"Event.from_bytes({case.bodies[number].encode()!r})"
    payload, form = f"json.loads({json.dumps(case.bodies[number])})", case.forms[number]
    return payload if form == DEFAULT_FORM else f'Event({payload}, form="{form}")'


def _test(case: Reproduction) -> Iterator[str]:
    yield ""
    yield "def test_every_order_ends_the_same():"
    yield "    found = replay("
    yield "        TOKEN,"
    yield f"        {'RECEIVER' if case.is_elsewhere else 'app'},"
    yield from (f"        {argument}," for argument in _arguments(case))
    yield "    )"
    yield "    assert found.ok, found.report()"


def _arguments(case: Reproduction) -> Iterator[str]:
    if not case.is_elsewhere:
        yield "state=rows"
        yield "reset=reset"
    else:
        yield "state=remote_state(STATE_URL, headers=HEADERS)"
        method = "" if case.reach.reset_method == "POST" else f', method="{case.reach.reset_method}"'
        yield "headers=HEADERS"
        yield "fresh=True" if case.is_fresh else f"reset=remote_reset(RESET_URL, headers=HEADERS{method})"
    if not _is_of_scenario(case):
        yield "events=EVENTS"
    if not case.reach.unsigned:
        yield f'secret=os.environ["{SECRET}"]'
    for name, value in case.reach.options:
        yield f"{name}=Path({json.dumps(str(value))})" if isinstance(value, Path) else f"{name}={value!r}"
    yield from (f"{name}={name}" for name in _functions(case))


def _functions(case: Reproduction) -> tuple[str, ...]:
    """The functions of the user that the replay needs."""
    kind = case.found.kind
    is_one = kind in {"effects", "invariant"} or (kind == "truth" and not case.is_elsewhere)
    return (kind,) if is_one else ()


def _is_of_scenario(case: Reproduction) -> bool:
    """Whether the token can make the events again."""
    try:
        return read_token(case.found.token).source is not None
    except SteppayMockError:
        return False


def _state_url(case: Reproduction) -> str | None:
    """The URL as it was given: ``replay`` fills in its braces."""
    reach = case.found.face.reach
    return None if reach is None else reach.state_url


def _variable(name: str, url: str | None) -> str:
    return f'os.environ["{name}"]' if url is None else f'os.environ.get("{name}", {json.dumps(url)})'
