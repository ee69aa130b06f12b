"""Seed 7 gives the bytes that were recorded: a digest for each mode and event type, and readable payloads beside them.

A digest says that bytes changed, the payloads in ``seed-7/`` say what: one for each object, and one for each mode.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from steppay_mock import EventType, make_event
from steppay_mock.contract.catalogue import catalogue

HERE = Path(__file__).parent
DIGESTS = HERE / "seed-7.sha256"
PAYLOADS = HERE / "seed-7"
UPDATE = "UPDATE_SEED_7=1 .venv/bin/pytest tests/payload/test_seed_7.py"

# Each mode that has code of its own. They hold on every Python, in every process.
SCRIPT = """
import hashlib, steppay_mock
modes = {
    "usual": {},
    "edge": {"edge": True},
    "64-bit": {"edge": "64-bit"},
    "mixed-nulls-en_US": {"nulls": "mixed", "locale": "en_US"},
    "new-field": {"drift": "field"},
}
for mode, options in modes.items():
    events = steppay_mock.make_events(n=5, seed=7, **options)
    for event_type in steppay_mock.EventType:
        bodies = b"".join(event.body for event in events if event.type is event_type)
        print(hashlib.sha256(bodies).hexdigest(), mode, event_type)
"""


def digests(hash_seed: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.splitlines()


def readable() -> dict[str, bytes]:
    """The first event of each object, and one event of each mode, as they are sent."""
    firsts: dict[str, EventType] = {}
    for event_type, entry in catalogue().items():
        firsts.setdefault(entry.object_name, event_type)
    found = {name: make_event(event_type, seed=7).body for name, event_type in firsts.items()}
    found["edge"] = make_event("subscription.usage.added", seed=7, edge=True).body
    found["64-bit"] = make_event("subscription.usage.added", seed=7, edge="64-bit").body
    found["mixed-nulls-en_US"] = make_event("payment.completed", seed=7, nulls="mixed", locale="en_US").body
    found["new-field"] = make_event("payment.completed", seed=7, drift="field").body
    return {f"{name}.json": body + b"\n" for name, body in found.items()}


def explain(changed: list[str]) -> str:
    return (
        f"Seed 7 gives other bytes for {', '.join(changed)}. If you meant that, write them again: {UPDATE}. Read the "
        "difference, and say in CHANGELOG.md that seeds give other values."
    )


@pytest.fixture(scope="module", autouse=True)
def _update() -> None:
    if os.environ.get("UPDATE_SEED_7"):
        DIGESTS.write_text("".join(f"{line}\n" for line in digests("0")), encoding="utf-8")
        PAYLOADS.mkdir(exist_ok=True)
        for path in PAYLOADS.glob("*.json"):
            path.unlink()
        for name, body in readable().items():
            (PAYLOADS / name).write_bytes(body)


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_the_same_seed_gives_the_same_bytes_in_every_process_and_on_every_python(hash_seed: str) -> None:
    recorded = DIGESTS.read_text(encoding="utf-8").splitlines()
    made = digests(hash_seed)
    changed = [line.partition(" ")[2] for line in made if line not in recorded]
    assert not changed, explain(changed)
    assert made == recorded


def test_the_readable_payloads_are_those_of_seed_7() -> None:
    made = readable()
    recorded = {path.name: path.read_bytes() for path in PAYLOADS.glob("*.json")}
    changed = [name for name in sorted({*made, *recorded}) if made.get(name) != recorded.get(name)]
    assert not changed, explain(changed)
    assert {entry.object_name for entry in catalogue().values()} <= {Path(name).stem for name in recorded}
    assert all(json.loads(body) for body in recorded.values())
