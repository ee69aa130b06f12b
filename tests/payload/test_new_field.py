"""A field added to a schema appears in payloads, and may be overridden, with no code changed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import steppay_mock
from steppay_mock.contract.schemas import schema_dir

SCRIPT = """
import json, steppay_mock
event = steppay_mock.make_event("order.created", seed=1, data={"gift": {"message": "축하합니다"}})
steppay_mock.validate(event, strict=True)
edge = [e.payload for e in steppay_mock.make_events("order.created", n=40, seed=1, edge=True)]
for payload in edge:
    steppay_mock.validate(payload, strict=True)
print(json.dumps([event.payload, edge]))
"""

NEW_FIELDS: dict[str, Any] = {
    "loyaltyPoints": {"$ref": "../types.schema.json#/$defs/Long"},
    "salesperson": {"type": ["string", "null"], "x-means": "person-name"},
    "region": {"type": "string"},
    "packedAt": {"$ref": "../types.schema.json#/$defs/LocalDateTime"},
    "channel": {"type": "string", "enum": ["WEB", "APP", "STORE"]},
    "weight": {"$ref": "../types.schema.json#/$defs/Decimal"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "customerRef": {"type": "string", "x-means": "customer-id"},
    "gift": {
        "type": "object",
        "properties": {"message": {"type": "string", "x-means": "memo"}, "wrapped": {"type": "boolean"}},
        "required": ["message", "wrapped"],
    },
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of package and schemas, to be changed."""
    package = Path(steppay_mock.__file__).parent
    shutil.copytree(package, tmp_path / "steppay_mock", ignore=shutil.ignore_patterns("schemas", "__pycache__"))
    shutil.copytree(Path(str(schema_dir())), tmp_path / "schemas")
    return tmp_path


def run(script: str, checkout: Path) -> Any:
    # By standard input: a locale without Hangul lets no argument have it.
    command = [sys.executable, "-"]
    done = subprocess.run(command, input=script, cwd=checkout, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_new_field_needs_no_code(checkout: Path) -> None:
    path = checkout / "schemas" / "objects" / "Order.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"].update(NEW_FIELDS)
    schema["required"] += [name for name in NEW_FIELDS if name != "salesperson"]
    path.write_text(json.dumps(schema), encoding="utf-8")

    payload, edge = run(SCRIPT, checkout)

    order = payload["data"]
    assert isinstance(order["loyaltyPoints"], int)
    assert order["salesperson"] == order["shipping"]["name"]
    assert order["region"]
    assert order["packedAt"] < "2026"
    assert order["channel"] in {"WEB", "APP", "STORE"}
    assert order["tags"]
    assert order["customerRef"] == str(order["customerId"])
    assert order["gift"]["message"] == "축하합니다"
    assert {p["data"]["channel"] for p in edge} == {"WEB", "APP", "STORE"}
    assert max(p["data"]["loyaltyPoints"] for p in edge) == 2**53 - 1


@pytest.mark.parametrize("sister", ["payment.completed", "invoice.updated", "cover.paused", "order.updated"])
def test_a_new_event_needs_its_file_and_its_member(sister: str, checkout: Path) -> None:
    event = f"{sister.partition('.')[0]}.disputed"
    text = (checkout / "schemas" / "events" / f"{sister}.schema.json").read_text(encoding="utf-8")
    (checkout / "schemas" / "events" / f"{event}.schema.json").write_text(text.replace(sister, event), encoding="utf-8")
    catalogue = checkout / "steppay_mock" / "contract" / "catalogue.py"
    source = catalogue.read_text(encoding="utf-8")
    member = '    ORDER_CREATED = "order.created"\n'
    catalogue.write_text(source.replace(member, f'{member}    DISPUTED = "{event}"\n'), encoding="utf-8")

    script = f"""
import json, steppay_mock
for edge in (False, True):
    for event in steppay_mock.make_events({event!r}, n=20, seed=1, edge=edge):
        steppay_mock.validate(event, strict=True)
print(json.dumps(event.payload["event"]))
"""
    assert run(script, checkout) == event
