"""The code of each cure for Django, in a project of its own over PostgreSQL, takes the finding away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conformance.flaws_in_python import FLAWS as IN_PYTHON
from conformance.flaws_in_python import FlawedPart
from node_programs import SECRET
from postgres import Database

from steppay_mock.conformance.snippet import snippet_for

pytestmark = [pytest.mark.postgres, pytest.mark.exhaustive]

PROJECT = """
import json, sys
import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

told = json.loads(sys.argv[1])
database = {"ENGINE": "django.db.backends.postgresql", **told["database"]}
settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x", INSTALLED_APPS=["shop"], USE_TZ=True,
    DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)

from django.apps import apps
from conformance.checked import no_wait
from conformance.snippet_receivers import made
from shop.models import handle
from steppay_mock import Clock, check_receiver

of_django = {"csrf_exempt": csrf_exempt, "require_POST": require_POST, "HttpResponse": HttpResponse}
urlpatterns = [path("webhooks/steppay", made("django", **of_django, handle=handle)["steppay"])]
models = apps.get_app_config("shop").get_models()
models = {model.__name__: model for model in models}


def state():
    return {name: list(model.objects.order_by("pk").values()) for name, model in models.items()}


def reset():
    for model in models.values():
        model.objects.all().delete()


card = check_receiver(
    get_wsgi_application(), secret=told["secret"], state=state, reset=reset, clock=Clock(sleep=no_wait),
    **told["options"],
)
print(json.dumps({
    "findings": [one.full_name for one in card.findings],
    "snippets": [one.snippet for one in card.findings],
    "failed": [one.check.full_name for one in card.failed],
    "passed": [one.check.full_name for one in card.passed],
}))
"""
_OPTIONS = {flaw.topic: flaw.options for flaw in IN_PYTHON}
_MODELS = "from django.db import models\n"

FLAWS = (
    FlawedPart(
        topic="copies",
        part=f"{_MODELS}\ndef once(body, work):\n    work()\n",
        shows="duplicate/counts-copies-again",
        handle="""
class Points(models.Model):
    payment = models.BigIntegerField()

def handle(body):
    event = json.loads(body)
    if event["event"] == "payment.completed":
        once(body, lambda: Points.objects.create(payment=event["data"]["paymentId"]))
    return 204
""",
        tables="",
        options={**_OPTIONS["copies"], "ignore": ["$.Points[*].id"]},
    ),
    FlawedPart(
        topic="order",
        part=f"""{_MODELS}
class Subscription(models.Model):
    id = models.BigIntegerField(primary_key=True)
    status = models.CharField(max_length=40)

def keep(event, body):
    row = {{"status": event["data"]["status"]}}
    Subscription.objects.update_or_create(id=event["data"]["subscriptionId"], defaults=row)
""",
        shows="order/last-arrival-wins",
        handle="""
def handle(body):
    event = json.loads(body)
    if event["event"] in ("subscription.created", "subscription.updated", "subscription.payment_due_notification"):
        keep(event, body)
    return 204
""",
        tables="",
        options=_OPTIONS["order"],
    ),
    FlawedPart(
        topic="ids",
        part=f"""{_MODELS}
class Payment(models.Model):
    id = models.IntegerField(primary_key=True)
    order_id = models.CharField(max_length=255, null=True)
""",
        shows="big-id/keeps-ids-in-32-bits",
        handle="""
def handle(body):
    event = json.loads(body)
    if event["event"] == "payment.completed":
        Payment(id=event["data"]["paymentId"], order_id=event["data"].get("orderId")).save()
    return 204
""",
        tables="",
        options={"types": ["payment.completed"], "quick": True, "only": "big-id"},
    ),
)


def told_with(flaw: FlawedPart, part: str, database: Database, folder: Path) -> dict[str, Any]:
    """What the card of the project says in which this part is in its place."""
    (folder / "shop").mkdir(parents=True)
    (folder / "shop" / "__init__.py").touch()
    models = f"import json\n{_MODELS}{part}\n{flaw.handle}"
    (folder / "shop" / "models.py").write_text(models, encoding="utf-8")
    where = {"HOST": database.host, "USER": database.environment["PGUSER"], "NAME": database.name}
    told = {"database": where, "secret": SECRET, "options": dict(flaw.options)}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", PROJECT, json.dumps(told)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("part", ["flaw", "code"])
@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.shows)
def test_with_the_code_of_its_cure_a_flawed_receiver_is_right(
    flaw: FlawedPart, part: str, postgres: Database, tmp_path: Path
) -> None:
    code, of = snippet_for(flaw.topic, "django")
    assert of == "Django"
    told = told_with(flaw, code if part == "code" else flaw.part, postgres, tmp_path)
    if part == "code":
        assert told["findings"] == []
        assert told["passed"]
    else:
        assert flaw.shows in told["findings"]
        assert code in told["snippets"]
