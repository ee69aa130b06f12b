"""Writes a test for Vitest that delivers both orders of a counterexample with fetch, and compares both ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.address import DEFAULT_PATH
from steppay_mock.ordering.report.json_data import as_json
from steppay_mock.ordering.report.repro.reproduction import HEADER, SECRET, reproduction_of

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.report.repro.reproduction import Order, Reproduction

_SIGN = f"""
function signature(body) {{
  const timestamp = Math.floor(Date.now() / 1000);
  const key = createHmac("sha256", process.env.{SECRET}).update(`${{timestamp}}.${{body}}`).digest("base64");
  return `timestamp=${{timestamp}},key=${{key}}`;
}}
"""


_SIGN_COPIES = _SIGN.replace("(body)", "(body, copy)", 1).replace("/ 1000);", "/ 1000) + copy;", 1)
"""A copy has a second of its own in its signature, as a resend has."""


def vitest_test(exploration: ExplorationData, found: CounterexampleData) -> str:
    """The module with the test."""
    case = reproduction_of(exploration, found)
    return "\n".join([*_head(case), *_functions(case), *_test(case)]) + "\n"


def _head(case: Reproduction) -> Iterator[str]:
    yield f"// Fails until the receiver ends right in this order: {case.title}."
    if case.reach.options:
        yield "// The state URL must leave out the values that may differ."
    if not case.reach.unsigned:
        yield 'import { createHmac } from "node:crypto";'
    yield 'import { expect, test } from "vitest";'
    yield ""
    yield f"const to = {_variable('STEPPAY_MOCK_TO', case.reach.url)};"
    yield f"const receiver = to.replace(/^([^:]*:[/][/][^/?]+)([?].*)?$/, `$1{DEFAULT_PATH}$2`);"
    yield f"const stateUrl = {_variable('STEPPAY_MOCK_STATE_URL', case.reach.state_url)};"
    if not case.is_fresh:
        yield f"const resetUrl = {_variable('STEPPAY_MOCK_RESET_URL', case.reach.reset_url)};"
    yield f'const [name, ...value] = (process.env.{HEADER} ?? "").split(":");'
    yield 'const letIn = name ? { [name]: value.join(":").trim() } : {};'
    yield "const bodies = {"
    yield from (f'  "{number}": {json.dumps(body)},' for number, body in case.bodies.items())
    yield "};"
    if case.v1:
        yield "// Webhooks v1, which are not signed, and their content types."
        yield f"const v1 = {json.dumps({str(number): kind for number, kind in case.v1.items()})};"


def _functions(case: Reproduction) -> Iterator[str]:
    if not case.reach.unsigned:
        yield (_SIGN_COPIES if case.signs_copies else _SIGN).rstrip("\n")
    copy = ", copy" if case.signs_copies else ""
    yield ""
    yield f"async function deliver(number{copy}) {{"
    signed = "" if case.reach.unsigned else f', "steppay-signature": signature(bodies[number]{copy})'
    of_v2 = f'{{ "content-type": "application/json"{signed} }}'
    if case.v1:
        yield f'  const own = v1[number] ? {{ "content-type": v1[number] }} : {of_v2};'
        yield "  const headers = { ...letIn, ...own };"
    else:
        yield f"  const headers = {{ ...letIn, {of_v2[2:]};"
    yield '  const answer = await fetch(receiver, { method: "POST", headers, body: bodies[number] });'
    yield "  await answer.arrayBuffer();"
    yield "  return answer.ok;"
    yield "}"
    yield ""
    yield "async function endOf(order) {"
    if not case.is_fresh:
        yield f'  const emptied = await fetch(resetUrl, {{ method: "{case.reach.reset_method}", headers: letIn }});'
        yield "  expect(emptied.ok).toBe(true);"
    yield "  const refused = [];"
    if case.signs_copies:
        yield "  const copies = {};"
        yield "  const next = (number) => (copies[number] = (copies[number] ?? -1) + 1);"
    yield "  for (const numbers of order) {"
    given = "(number) => deliver(number, next(number))" if case.signs_copies else "deliver"
    yield f"    const accepted = await Promise.all(numbers.map({given}));"
    yield "    refused.push(...numbers.filter((_, place) => !accepted[place]));"
    yield "  }"
    yield "  const state = await (await fetch(stateUrl, { headers: letIn })).json();"
    yield "  return { state, refused };"
    yield "}"


def _test(case: Reproduction) -> Iterator[str]:
    yield ""
    yield 'test("every order ends the same", async () => {'
    yield f"  const failing = await endOf({_numbers(case.failing)});"
    if case.found.kind in {"refused", "answer"} or all(case.found.failing.accepted):
        yield "  expect(failing.refused).toEqual([]);"
    if case.found.kind in {"refused", "answer"}:
        pass
    elif case.is_fresh or case.found.kind == "truth":
        yield f"  expect(failing.state).toEqual({json.dumps(_right(case))});"
    else:
        yield f"  const passing = await endOf({_numbers(case.passing)});"
        yield "  expect(failing.state).toEqual(passing.state);"
    yield "});"


def _right(case: Reproduction) -> Any:
    found = case.found
    return as_json(found.truth if found.kind == "truth" else found.expected.state)


def _numbers(order: Order) -> str:
    return json.dumps([list(flight) for flight in order])


def _variable(name: str, url: str | None) -> str:
    return f"process.env.{name}" + ("" if url is None else f" ?? {json.dumps(url)}")
