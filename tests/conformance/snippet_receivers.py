"""Receivers made of snippets: the code that verifies, in each framework, and a function that handles a body."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request
from node_programs import SECRET, node_project

from steppay_mock.conformance.snippet import snippet_for

Handle = Callable[[bytes], int]

TO_COPY = Path(__file__).resolve().parents[2] / "examples" / "receivers" / "steppay_webhook.py"

PARSED = {
    "flask": ("event = json.loads(body)", 'return "", handle(body)'),
    "django": ("event = json.loads(body)", "return HttpResponse(status=handle(body))"),
    "fastapi": ("event = json.loads(body)", "raise HTTPException(handle(body))"),
    "express": (
        "const event = JSON.parse(body);",
        "return handle(body).then((status) => response.sendStatus(status), () => response.sendStatus(500));",
    ),
    "nextjs": ("const event = JSON.parse(body);", "return new Response(null, { status: await handle(body) });"),
}
"""The line of the code that verifies after which a user goes on, and what takes its place."""

NEXT = """
import { createServer } from "node:http";
import { POST } from "./route.mjs";

const server = createServer(async (request, response) => {
  const parts = [];
  try {
    for await (const part of request) parts.push(part);
  } catch {
    return; // the connection was reset
  }
  const body = Buffer.concat(parts);
  const asked = { method: request.method, headers: request.headers, ...(body.length ? { body } : {}) };
  const post = () => POST(new Request("http://x/", asked)).catch(() => ({ status: 500 }));
  const answer = request.method === "POST" ? await post() : { status: 405 };
  response.writeHead(answer.status, { "x-powered-by": "Next.js" }).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
"""
EXPRESS_PROGRAM = """
import express from "express";
const app = express();
SNIPPET
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
"""


def verifying(framework: str) -> str:
    """The code that verifies in this framework, which goes on with ``handle(body)``."""
    code, _ = snippet_for("verify", framework)
    before, after = PARSED[framework]
    assert code.count(before) == 1
    return code.replace(before, after)


def made(framework: str, **names_in_it: Any) -> dict[str, Any]:
    """The names that the code of this framework leaves."""
    namespace: dict[str, Any] = {
        "__name__": "receiver",
        "json": json,
        "verify": _to_copy(),
        "SECRET": SECRET,
        **names_in_it,
    }
    exec(compile(verifying(framework), framework, "exec", dont_inherit=True), namespace)
    return namespace


def _to_copy() -> Any:
    """The function ``verify`` that the code names."""
    spec = importlib.util.spec_from_file_location("steppay_webhook_to_copy", TO_COPY)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify


def flask_app(handle: Handle) -> Any:
    app = Flask("receiver")
    made("flask", app=app, request=request, handle=handle)
    return app


def fastapi_app(handle: Handle) -> Any:
    from fastapi import FastAPI, HTTPException, Request

    app = FastAPI()
    made("fastapi", app=app, Request=Request, HTTPException=HTTPException, handle=handle)
    return app


APPS: dict[str, Callable[[Handle], Any]] = {"flask": flask_app, "fastapi": fastapi_app}
"""What makes an app in this process."""


@contextmanager
def in_node(folder: Path, framework: str, program: str) -> Iterator[str]:
    """The URL of the receiver in Express or Next.js; ``program`` has the function ``handle``."""
    folder.mkdir()
    code = f"{program}\n{verifying(framework)}"
    files = {"main.mjs": EXPRESS_PROGRAM.replace("SNIPPET", code)}
    if framework == "nextjs":
        files = {"main.mjs": NEXT, "route.mjs": code}
    with node_project(folder, files, "main.mjs") as url:
        yield f"{url}/webhooks/steppay"
