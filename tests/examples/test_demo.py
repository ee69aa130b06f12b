"""The demo runs, prints what happened, and fails for a wrong receiver."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import EventType

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run_demo(*arguments: str, script: Path = EXAMPLES / "demo.py", **environment: str) -> Any:
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        env=os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def shuffled() -> Any:
    return run_demo("--seed", "5")


def test_the_demo_shows_every_delivery_and_the_rows_and_succeeds(shuffled: Any) -> None:
    assert (shuffled.returncode, shuffled.stderr) == (0, "")
    delivered = deliveries(shuffled.stdout)
    assert [int(position) for position, _ in delivered] == list(range(1, 28))
    assert sorted(event for _, event in delivered) == sorted(EventType)
    assert re.search(r"^│ 1005 +│", shuffled.stdout, re.MULTILINE)
    assert re.search(r"^│ 2005 +│.* (CANCELED|PARTIAL_CANCELED) ", shuffled.stdout, re.MULTILINE)
    assert "answered 2xx: 27 of 27, and in the order they occurred 27 of 27\n" in shuffled.stdout
    assert "both databases: equal\n" in shuffled.stdout
    assert re.search(
        r"^repeat with: \S*python\S* examples/demo.py --seed 5 --order shuffled$", shuffled.stdout, re.MULTILINE
    )


def test_the_command_that_the_demo_prints_repeats_it(shuffled: Any) -> None:
    [command] = re.findall(r"python\S* examples/demo.py (.*)$", shuffled.stdout, re.MULTILINE)
    again = run_demo(*command.split())
    assert deliveries(again.stdout) == deliveries(shuffled.stdout)
    assert (
        again.stdout.partition("\n\n")[2] == shuffled.stdout.partition("\n\n")[2]
    )  # all but the times in the first table


def deliveries(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^│ +(\d+) │ (\S+) +│ +\+\d+ s │ +200 │ +[\d.]+ │$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [
        (r"WHERE excluded\.version > \w+\.version", "", "both databases: DIFFERENT\n"),
        (r'return "", 200', 'return "", 500', "answered 2xx: 0 of 27, and in the order they occurred 0 of 27\n"),
    ],
    ids=["the last delivery wins", "it answers 500"],
)
def test_the_demo_fails_for_a_receiver_that_is_wrong(tmp_path: Path, right: str, wrong: str, verdict: str) -> None:
    (tmp_path / "receivers").mkdir()
    for path in [*EXAMPLES.glob("receivers/*.py"), EXAMPLES / "demo.py"]:
        source = path.read_text(encoding="utf-8")
        (tmp_path / path.relative_to(EXAMPLES)).write_text(re.sub(right, wrong, source), encoding="utf-8")
    demo = run_demo("--order", "reversed", script=tmp_path / "demo.py")
    assert (demo.returncode, demo.stderr) == (1, "")
    assert verdict in demo.stdout


def test_the_demo_fails_for_a_receiver_that_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "receivers").mkdir()
    (tmp_path / "receivers" / "flask_app.py").write_text("raise SystemExit('no such module')", encoding="utf-8")
    script = tmp_path / "demo.py"
    script.write_text((EXAMPLES / "demo.py").read_text(encoding="utf-8"), encoding="utf-8")
    demo = run_demo(script=script)
    assert demo.returncode == 1
    assert "flask_app.py did not start:\nno such module" in demo.stderr
