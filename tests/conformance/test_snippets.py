"""The code that verifies is right, each framework has some, and findings have the code of their topic."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conformance.checked import names
from conformance.snippet_receivers import APPS, in_node
from flask import Flask, request
from node_programs import SECRET, require_express

from steppay_mock import Scorecard, check_receiver
from steppay_mock.conformance.catalogue import NAMES as CHECKS
from steppay_mock.conformance.causes.find import CAUSES
from steppay_mock.conformance.finding import Finding
from steppay_mock.conformance.snippet import (
    LANGUAGES,
    NAMES,
    TOPICS,
    framework_of,
    snippet_for,
    topic_of,
    with_snippets,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
VERIFYING = ("signature", "replay", "rotation", "raw-body", "secrets")
OF_CONTROL = (
    *("verifies-re-serialised-body", "looks-for-another-header", "expects-hex", "refuses-right-signatures"),
    *("changes-the-secret", "decodes-the-key-as-a-url", "judges-age-in-another-zone", "reads-another-encoding"),
    *("swaps-secret-and-text",),
    *("takes-anything", "refused-by-framework-csrf", "no-answer-in-time", "wrong-path", "reads-eventType"),
)
WITHOUT = (
    *("connection/truncated", "connection/reset-amid-body", "connection/slow", "connection/chunked"),
    *("connection/http-1.0", "connection/title-case", "control/reads-eventType", "control/wrong-path"),
    *("latency/works-after-answer", "method/charset", "method/delete", "method/form", "method/get", "method/none"),
    *("method/needs-the-content-type", "method/put", "method/takes-every-method", "method/text", "order/refused"),
    *("order/steady", "overlap/rejection-in-flight", "raw-body/number-form", "secrets/no-echo"),
    *("secrets/no-right-key", "secrets/no-secret", "secrets/no-traceback", "truth/as-the-store-says"),
    *("truth/wrong-in-every-order", "truth/each-status", "truth/folds-statuses", "truth/ignores-refunds"),
    *("truth/partial-refund", "truth/reads-an-id-that-is-not-there", "truth/refund-takes-back", "secrets/no-body"),
    *("read-back/api-fails", "read-back/api-slow", "read-back/fails-on-what-is-gone", "read-back/gone"),
    *("read-back/keeps-older-answers", "read-back/loses-what-it-cannot-read", "read-back/rate-limited"),
    *("read-back/replaces-rows", "read-back/rows-stay", "read-back/sent-again", "read-back/token-refused"),
    *("truth/adds-refunds-up", "truth/loses-a-second-refund", "truth/second-refund"),
    *("truth/two-things-are-two-rows", "read-back/writes-what-it-could-not-read"),
)
"""Findings without code: what to change is a word of a configuration, or is known to the receiver's author alone."""


def verified(receiver: Any) -> Scorecard:
    return check_receiver(receiver, secret=SECRET, only=VERIFYING, quick=True, types=["payment.completed"])


@pytest.mark.parametrize("framework", APPS)
def test_the_code_for_an_app_in_process_verifies(framework: str) -> None:
    card = verified(APPS[framework](lambda _body: 204))
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
from conformance.snippet_receivers import made
from conformance.test_snippets import verified
of_django = {"csrf_exempt": csrf_exempt, "require_POST": require_POST, "HttpResponse": HttpResponse}
names = made("django", **of_django, handle=lambda _body: 204)
urlpatterns = [path("webhooks/steppay", names["steppay"])]
card = verified(get_wsgi_application())
print([one.full_name for one in card.findings], len(card.passed) > 30)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.stdout == "[] True\n", done.stdout + done.stderr


@pytest.mark.node
@pytest.mark.parametrize("framework", ["express", "nextjs"])
def test_the_code_for_node_verifies(framework: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    require_express(pytestconfig)
    with in_node(tmp_path / "receiver", framework, "const handle = async () => 204;") as url:
        card = verified(url)
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
    assert card.findings[0].snippet == snippet_for("verify", "flask")[0]
    assert "\n  in Flask:\n    # verify: that of examples/" in card.report()
    assert card.as_dict()["findings"][0]["snippet"].startswith("# verify")


def finding(full_name: str) -> Finding:
    family, _, check = full_name.partition("/")
    return Finding(family=family, check=check, severity="must", harm="money", summary="", cure="")


def test_the_first_finding_of_each_topic_has_its_code() -> None:
    named = ["duplicate/counts-copies-again", "order/last-arrival-wins", "tie/tie-flip", "secrets/no-echo"]
    told = with_snippets(map(finding, named), "django")
    copies, order = (snippet_for(topic, "django")[0] for topic in ("copies", "order"))
    assert [one.snippet for one in told] == [copies, order, "", ""]
    assert with_snippets(told, None) == told


def test_the_code_is_that_of_the_framework_or_else_of_its_language() -> None:
    assert snippet_for("reading", "fastapi")[1] == "FastAPI"
    assert snippet_for("reading", "flask") == snippet_for("reading", "python")
    assert snippet_for("reading", "nextjs") == snippet_for("reading", "express")
    assert snippet_for("reading", "express")[1] == "JavaScript"
    assert snippet_for("verify", "python") == ("", "")


@pytest.mark.parametrize(
    ("headers", "framework"),
    [
        ({"x-powered-by": "Express"}, "express"),
        ({"x-powered-by": "Next.js"}, "nextjs"),
        ({"server": "Werkzeug/3.1 Python/3.12"}, "flask"),
        ({"server": "uvicorn"}, "fastapi"),
        ({"server": "WSGIServer/0.2 CPython/3.12"}, "django"),
        ({"server": "gunicorn"}, "python"),
        ({"server": "BaseHTTP/0.6 Python/3.12"}, "python"),
        ({"server": "nginx"}, None),
    ],
)
def test_of_a_receiver_elsewhere_the_headers_tell(headers: dict[str, str], framework: str | None) -> None:
    silent, told = (SimpleNamespace(answer=SimpleNamespace(headers=one)) for one in ({}, headers))
    at: Any = SimpleNamespace(is_elsewhere=True, traces=[silent, told])
    assert framework_of(at) == framework


def test_an_app_in_this_process_is_at_least_in_python() -> None:
    for app, framework in ((Flask("receiver"), "flask"), (unverified, "python")):
        at: Any = SimpleNamespace(is_elsewhere=False, app=app)
        assert framework_of(at) == framework


def test_every_framework_has_the_code_of_every_topic() -> None:
    for topic in {*TOPICS.values()} - {""}:
        for framework in LANGUAGES.keys() - LANGUAGES.values():
            code, of = snippet_for(topic, framework)
            assert code, (topic, framework)
            assert of in {NAMES[framework], NAMES[LANGUAGES[framework]]}
            assert all(len(line) <= 120 for line in code.splitlines())


def test_the_page_lists_the_topics() -> None:
    section = (DOCS / "check.md").read_text(encoding="utf-8").partition("| topic |")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| (\w+) \|", section, re.MULTILINE)
    assert sorted(listed) == sorted({*TOPICS.values()} - {""})


def test_each_finding_has_a_topic_or_is_known_to_have_none() -> None:
    causes = [f"{one.family}/{one.name}" for one in CAUSES]
    known = {*CHECKS, *causes, *(f"control/{name}" for name in OF_CONTROL)}
    assert sorted(name for name in known if not topic_of(name)) == sorted(WITHOUT)
    first = [next(pattern for pattern in TOPICS if fnmatchcase(name, pattern)) for name in known if topic_of(name)]
    assert {pattern for pattern, topic in TOPICS.items() if topic} == set(first)
