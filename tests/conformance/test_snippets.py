"""The code of a cure is right: a receiver that is made of it passes all that is about verifying."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conformance.checked import names
from flask import Flask, request
from node_programs import EXPRESS, SECRET, node_serving, require_express

from steppay_mock import Scorecard, check_receiver
from steppay_mock.conformance.snippet import FRAMEWORKS, snippet_for

TO_COPY = Path(__file__).resolve().parents[2] / "examples" / "receivers" / "steppay_webhook.py"
VERIFYING = ("signature", "replay", "rotation", "raw-body", "secrets")

NEXT = """
import { createServer } from "node:http";
import { POST } from "./route.mjs";

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const asked = { method: request.method, headers: request.headers, ...(body.length ? { body } : {}) };
  const answer = request.method === "POST" ? await POST(new Request("http://localhost/", asked)) : { status: 405 };
  response.writeHead(answer.status, { "x-powered-by": "Next.js" }).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
"""
SERVED = """
import express from "express";
const app = express();
SNIPPET
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
"""


def verified(receiver: Any) -> Scorecard:
    return check_receiver(receiver, secret=SECRET, only=VERIFYING, quick=True, types=["payment.completed"])


def to_copy() -> Any:
    """The function ``verify`` that the code names."""
    spec = importlib.util.spec_from_file_location("steppay_webhook_to_copy", TO_COPY)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify


def made(framework: str, **names_in_it: Any) -> dict[str, Any]:
    """The names that the code of this framework leaves."""
    namespace: dict[str, Any] = {
        "__name__": "receiver",
        "json": json,
        "verify": to_copy(),
        "SECRET": SECRET,
        **names_in_it,
    }
    exec(compile(snippet_for(framework), framework, "exec", dont_inherit=True), namespace)
    return namespace


def flask_app() -> Any:
    app = Flask("receiver")
    made("flask", app=app, request=request)
    return app


def fastapi_app() -> Any:
    from fastapi import FastAPI, HTTPException, Request

    app = FastAPI()
    made("fastapi", app=app, Request=Request, HTTPException=HTTPException)
    return app


@pytest.mark.parametrize("make", [flask_app, fastapi_app])
def test_the_code_for_an_app_in_process_verifies(make: Any) -> None:
    card = verified(make())
    assert names(card) == [], card.report()
    assert len(card.passed) > 30


def test_the_code_for_django_verifies() -> None:
    script = """
import json, sys
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x")
django.setup()
from conformance.test_snippets import SECRET, made, verified
names = made("django", csrf_exempt=csrf_exempt, require_POST=require_POST, HttpResponse=HttpResponse)
urlpatterns = [path("webhooks/steppay", names["steppay"])]
card = verified(get_wsgi_application())
print([one.full_name for one in card.findings], len(card.passed) > 30)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.stdout == "[] True\n", done.stdout + done.stderr


@contextmanager
def in_node(folder: Path, files: dict[str, str]) -> Iterator[str]:
    """The URL of the program ``main.mjs`` among these files."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "node_modules").symlink_to(EXPRESS / "node_modules", target_is_directory=True)
    with node_serving(folder, "main.mjs") as url:
        yield url


@pytest.mark.node
@pytest.mark.parametrize("framework", ["express", "nextjs"])
def test_the_code_for_node_verifies(framework: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    require_express(pytestconfig)
    snippet = snippet_for(framework)
    files = {"main.mjs": SERVED.replace("SNIPPET", snippet)}
    if framework == "nextjs":
        files = {"main.mjs": NEXT, "route.mjs": snippet}
    with in_node(tmp_path, files) as url:
        card = verified(f"{url}/webhooks/steppay")
    assert names(card) == [], card.report()


def unverified() -> Any:
    app = Flask("receiver")

    @app.post("/webhooks/steppay")
    def take() -> tuple[str, int]:
        request.get_json()
        return "", 204

    return app


def test_the_first_finding_about_verifying_has_the_code_of_the_framework() -> None:
    card = verified(unverified())
    assert names(card) == ["signature/verifies-nothing"]
    assert card.findings[0].snippet == snippet_for("flask")
    assert "\n  in Flask:\n    # verify: that of examples/" in card.report()
    assert card.as_dict()["findings"][0]["snippet"].startswith("# verify")


def test_every_framework_has_code() -> None:
    for framework in FRAMEWORKS:
        assert "401" in snippet_for(framework)
