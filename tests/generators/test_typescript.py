"""TypeScript that generators make of the flat bundle and of the OpenAPI document tells the events apart."""

from __future__ import annotations

import json
import re

import pytest
from generators.reader import HERE, Reader

from steppay_mock import EventType
from steppay_mock.contract.catalogue import catalogue

pytestmark = [pytest.mark.node, pytest.mark.exhaustive, pytest.mark.usefixtures("_node")]  # alike on every Python

OPTIONS = {
    "strict": True,
    "module": "nodenext",
    "target": "es2022",
    "outDir": "made",
    "types": [],
    "skipLibCheck": True,  # the types of packages are theirs
}
_ERROR = re.compile(r"^([\w.]+)\((\d+),\d+\): error (TS\d+): ", re.MULTILINE)


def every_event() -> str:
    """A function that must compile: it knows all events, and the type of the data of each."""
    cases = "\n".join(
        f'    case "{event}": {{ const data: steppay.{entry.object_name} = webhook.data; return data; }}'
        for event, entry in catalogue().items()
    )
    return f"""import type * as steppay from "./steppay.js";
export function dataOf(webhook: steppay.StepPayWebhook): object {{
  const seconds: number = webhook.timestamp;
  switch (webhook.event) {{
{cases}
    default: {{ const nothing: never = webhook; return [seconds, nothing]; }}
  }}
}}
"""


def test_what_is_right_compiles_what_is_wrong_does_not_and_what_the_page_shows_runs(reader: Reader) -> None:
    files = [*reader.follow("TypeScript"), *reader.follow("zod"), *reader.follow("OpenAPI")]
    assert {"webhook.ts", "summary.ts", "receive.ts"} <= {file.name for file in files}
    (reader.folder / "every_event.ts").write_text(every_event(), encoding="utf-8")
    wrong = (HERE / "mistakes.ts").read_text(encoding="utf-8")
    (reader.folder / "mistakes.ts").write_text(wrong, encoding="utf-8")

    names = [*(file.name for file in files if file.suffix == ".ts"), "every_event.ts", "mistakes.ts"]
    (reader.folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": names}), "utf-8")
    told = reader.run("npx", "tsc", fails=True)
    expected = {
        ("mistakes.ts", str(number), code[1])
        for number, line in enumerate(wrong.splitlines(), 1)
        if (code := re.search(r"// (TS\d+)$", line))
    }
    assert set(_ERROR.findall(told)) == expected, told
    assert len(expected) > 8

    body = (reader.folder / "schemas/examples/payment.completed/typical.json").read_text(encoding="utf-8")
    faulty = json.dumps({**json.loads(body), "data": {**json.loads(body)["data"], "orderId": 5}})
    script = """
    import { readFileSync } from "node:fs";
    import { read } from "./made/webhook.js";
    import { summary } from "./made/summary.js";
    const bodies = JSON.parse(readFileSync(0, "utf8"));
    console.log(JSON.stringify(bodies.map((body) => {
      try { return summary(read(body)); } catch (error) { return error.constructor.name; }
    })));
    """
    (reader.folder / "run.mjs").write_text(script, encoding="utf-8")
    said = json.loads(reader.run("node", "run.mjs", stdin=json.dumps([body, faulty])))
    assert said == [f"payment {json.loads(body)['data']['paymentId']}", "ZodError"]

    types = (reader.folder / "steppay.ts").read_text(encoding="utf-8")
    names = re.findall(r"^export (?:interface|type) (\w+)", types, re.MULTILINE)
    schema = json.loads((reader.folder / "steppay.schema.json").read_text(encoding="utf-8"))
    assert sorted(names) == sorted([schema["title"], *schema["$defs"]])
    assert len([name for name in names if name.endswith("Event")]) == len(EventType)


def test_one_event_has_types_too(reader: Reader) -> None:
    reader.run("bash", "-c", "steppay-mock schema payment.completed --flat | npx json2ts > one.ts")
    names = re.findall(r"^export (?:interface|type) (\w+)", (reader.folder / "one.ts").read_text("utf-8"), re.MULTILINE)
    assert {"PaymentCompletedEvent", "Payment", "Payer", "PaymentStatus"} <= set(names)
    assert not [name for name in names if re.search(r"\d$", name)]


def test_the_bundle_with_conditions_gives_a_type_that_has_only_the_event(reader: Reader) -> None:
    text = reader.run("bash", "-c", "steppay-mock schema --all | npx json2ts --additionalProperties=false")
    (fields,) = re.findall(r"^export type StepPayWebhook = [^{]*\{(.*?)^\};", text, re.MULTILINE | re.DOTALL)
    assert re.findall(r"^  (\w+)\??:", fields, re.MULTILINE) == ["event"]
