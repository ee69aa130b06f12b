"""A delivery as text to copy: a command of curl, fetch, a test of pytest and one of vitest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from steppay_mock.delivery.journal.resending import SECRET_VARIABLE, SIGNATURE, curl_command
from steppay_mock.wire.shown_url import shown_url


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedText:
    """A text to copy."""

    name: str
    text: str


def copies_of(*, url: str, headers: Mapping[str, str], body: bytes, event: str) -> list[CopiedText]:
    """The texts. None has a key: it is read from the environment where the text runs."""
    signed = SIGNATURE in headers
    given = {name: value for name, value in headers.items() if name not in {"content-length", SIGNATURE}}
    script = _script(shown_url(url), given, body, signed=signed)
    return [
        CopiedText(name="curl", text=curl_command(url=url, headers=headers, body=body).decode("utf-8", "replace")),
        CopiedText(name="fetch", text=f"{_imports(signed=signed)}{script}\nconsole.log(answer.status);\n"),
        CopiedText(name="pytest", text=_pytest(shown_url(url), body, event, signed=signed)),
        CopiedText(name="vitest", text=_vitest(script, event, signed=signed)),
    ]


def _imports(*, signed: bool) -> str:
    return 'import { createHmac } from "node:crypto";\n\n' if signed else ""


def _script(url: str, headers: Mapping[str, str], body: bytes, *, signed: bool) -> str:
    """The lines of JavaScript that send the body."""
    sent = {**headers, **({SIGNATURE: ""} if signed else {})}
    shown = json.dumps(sent, ensure_ascii=False, indent=2)
    lines = [f"const body = {_js_bytes(body)};"]
    if signed:
        shown = shown.replace(f'"{SIGNATURE}": ""', f'"{SIGNATURE}": `timestamp=${{timestamp}},key=${{key}}`')
        lines += [
            "const timestamp = Math.floor(Date.now() / 1000);",
            f'const key = createHmac("sha256", process.env.{SECRET_VARIABLE})',
            '  .update(`${timestamp}.`).update(body).digest("base64");',
        ]
    lines.append(f"const headers = {shown};")
    lines.append(f'const answer = await fetch({json.dumps(url)}, {{ method: "POST", headers, body }});')
    return "\n".join(lines)


def _js_bytes(body: bytes) -> str:
    try:
        return json.dumps(body.decode(), ensure_ascii=False)
    except UnicodeDecodeError:
        import base64

        return f'Buffer.from("{base64.b64encode(body).decode()}", "base64")'


def _vitest(script: str, event: str, *, signed: bool) -> str:
    inside = "\n".join(f"  {line}" for line in script.splitlines())
    return (
        'import { expect, test } from "vitest";\n'
        f"{_imports(signed=signed) or chr(10)}"
        f"test({json.dumps(event)}, async () => {{\n{inside}\n  expect(answer.ok).toBe(true);\n}});\n"
    )


def _pytest(url: str, body: bytes, event: str, *, signed: bool) -> str:
    name = re.sub(r"\W", "_", event, flags=re.ASCII) or "event"
    secret = f'secret=os.environ["{SECRET_VARIABLE}"]' if signed else "secret=None"
    return (
        f"{'import os' + chr(10) * 2 if signed else ''}"
        "from steppay_mock import Event, deliver\n\n"
        f"BODY = {body!r}\n\n\n"
        f"def test_{name}():\n"
        f"    report = deliver(Event.from_bytes(BODY), to={url!r}, {secret})\n"
        "    report.assert_ok()\n"
    )
