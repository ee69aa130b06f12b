"""Writes a shell script that delivers a counterexample with curl, and signs each webhook when it is sent."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from steppay_mock.delivery.address import DEFAULT_PATH
from steppay_mock.ordering.report.repro.reproduction import HEADER, SECRET, one_line, reproduction_of

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.report.repro.reproduction import Reproduction

_CURL = "curl --silent --show-error"
_LET_IN = f'${{{HEADER}:+--header "${HEADER}"}}'


def shell_script(exploration: ExplorationData, found: CounterexampleData) -> str:
    """The script for a POSIX shell."""
    case = reproduction_of(exploration, found)
    return "\n".join([*_head(case), *_begin(case), *_deliveries(case), *_end(case)]) + "\n"


def _head(case: Reproduction) -> Iterator[str]:
    yield "#!/bin/sh"
    yield f"# Delivers the failing order: {case.title}."
    if case.reach.unsigned:
        yield "# It needs curl."
    else:
        yield f"# It needs curl, and steppay-mock, which signs with the secret in {SECRET}."
    yield "set -eu"
    yield f"receiver={_default('STEPPAY_MOCK_TO', case.reach.url)}"
    yield "# A URL without a path gets the default one, before its query."
    yield 'address="${receiver%%[?]*}" query="${receiver#"${receiver%%[?]*}"}"'
    yield f'case "$address" in *://*/*) ;; *) receiver="$address{DEFAULT_PATH}$query" ;; esac'
    yield ""
    if case.signs_copies:
        yield "# The second argument is the number of the copy: it is signed so many seconds later, as a resend is."
    yield "send() {"
    yield f'  printf %s "$1" | {_CURL} --output /dev/null --write-out "answered %{{http_code}}\\n" \\'
    yield f"    --header 'content-type: application/json' --header 'user-agent:' {_LET_IN} \\"
    if not case.reach.unsigned:
        later = ' --timestamp "$(($(date +%s) + $2))"' if case.signs_copies else ""
        yield f'    --header "steppay-signature: $(printf %s "$1" | steppay-mock sign{later})" \\'
    yield '    --data-binary @- "$receiver"'
    yield "}"
    if case.v1:
        yield "# A webhook v1 is not signed. The second argument is its content type."
        yield "send_v1() {"
        yield f'  printf %s "$1" | {_CURL} --output /dev/null --write-out "answered %{{http_code}}\\n" \\'
        yield f"""    --header "content-type: $2" --header 'user-agent:' {_LET_IN} \\"""
        yield '    --data-binary @- "$receiver"'
        yield "}"


def _begin(case: Reproduction) -> Iterator[str]:
    yield ""
    if case.is_fresh:
        yield "# The receiver is not emptied: rows of an earlier run count."
        return
    reset = _default("STEPPAY_MOCK_RESET_URL", case.reach.reset_url)
    yield "# Empty the receiver."
    yield f'{_CURL} --fail --output /dev/null --request {case.reach.reset_method} {_LET_IN} "{reset}"'


def _deliveries(case: Reproduction) -> Iterator[str]:
    copies: Counter[int] = Counter()
    for flight in case.failing:
        if len(flight) > 1:
            yield "# These are in flight at once, which is a race: repeat the script until it fails."
        for number in flight:
            kind = one_line(str(case.found.events[number - 1].type)) if number > 0 else "delivered before"
            yield f"# {number} {kind}"
            later = f" {copies[number]}" if case.signs_copies else ""
            copies[number] += 1
            call, last = ("send_v1", f" {case.v1[number]}") if number in case.v1 else ("send", later)
            yield f"{call} {shlex.quote(case.bodies[number])}{last}{' &' if len(flight) > 1 else ''}"
        if len(flight) > 1:
            yield "wait"


def _end(case: Reproduction) -> Iterator[str]:
    yield "# How it ends."
    yield f'{_CURL} --fail {_LET_IN} "{_default("STEPPAY_MOCK_STATE_URL", case.reach.state_url)}"'


def _default(variable: str, url: str | None) -> str:
    """The variable, or else the URL; a URL with a secret is not shown, so its variable has to be set."""
    if url is None:
        return f"${{{variable}:?set it to the URL of the exploration}}"
    return f"${{{variable}:-{_within_quotes(url)}}}"


def _within_quotes(url: str) -> str:
    return "".join(f"\\{one}" if one in '"$`\\}' else one for one in url)
