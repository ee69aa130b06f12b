"""Every block of README is run as it stands: the commands in a shell, the code in Python, the failure for real."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from serving import Serve
from werkzeug import Request, Response

from steppay_mock.store.scenarios.registry import all_scenarios

pytestmark = pytest.mark.exhaustive  # alike on every Python

ROOT = Path(__file__).parents[2]
BLOCKS: list[tuple[str, str]] = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)

SHOP = """
from flask import Flask, request

app = Flask(__name__)


@app.post("/webhooks/steppay")
def steppay():
    payload = request.get_json()
    {line}
    return ""
"""

READING_BACK = """
import requests
from flask import Flask, request

app, subscriptions = Flask(__name__), {}


@app.post("/webhooks/steppay")
def steppay():
    number = request.get_json()["data"].get("subscriptionId")
    if number:
        url = f"https://api.steppay.kr/api/v1/subscriptions/{number}"
        subscriptions[number] = requests.get(url, headers={"Secret-Token": "test_token"}, timeout=5).json()["status"]
    return ""
"""


def block(language: str, containing: str) -> str:
    found = [text for kind, text in BLOCKS if kind == language and containing in text]
    assert len(found) == 1, f"README has {len(found)} {language} blocks with {containing!r}"
    return found[0]


def shell(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path, "PYTEST_ADDOPTS": "-p no:cacheprovider -p no:randomly", **environment},
    )


@pytest.fixture
def listening(serve: Serve) -> str:
    """A receiver at port 8000 in README is one at a free port here."""

    @Request.application
    def accept(_request: Request) -> Response:
        return Response(status=204)

    return serve(accept).removeprefix("http://")


def test_nothing_is_left_to_fill_in() -> None:
    for name in ("README.md", "README.ko.md"):
        assert not re.search(r"^[A-Z]{4,}$", (ROOT / name).read_text("utf-8"), re.MULTILINE)


def test_every_file_that_it_names_is_there() -> None:
    for name in ("README.md", "README.ko.md"):
        links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text("utf-8"))
        assert links
        assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_block_is_run_below() -> None:
    assert [kind for kind, _ in BLOCKS] == [
        *("sh", "text", "sh", "python", "sh", "text", "python", "text"),
        *("sh", "python", "sh", "sh", "python", "text"),
    ]


def test_the_demo_runs() -> None:
    # The environment is this one, and is not to be made anew.
    done = shell(block("sh", "make demo"), ROOT, VENV=sys.prefix, MAKEFLAGS=f"-o {sys.prefix}/.ready")
    assert done.returncode == 0, done.stdout + done.stderr
    shown = done.stdout.splitlines()
    for line in block("text", "answered 2xx").splitlines():
        assert line in shown


def test_a_steppay_of_your_own_is_served(tmp_path: Path) -> None:
    words = shlex.split(block("sh", "steppay-mock dev"))[1:]
    command = [sys.executable, "-m", "steppay_mock.cli", *words, "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout
        url = running.stdout.readline().strip()
        assert requests.get(f"{url}/_mock/status", timeout=30).json()["endpoints"] == ["webhooks"]
        running.terminate()
    assert running.returncode == 0
    assert (tmp_path / "sandbox.sqlite").is_file()


def test_the_test_command_is_a_target() -> None:
    """To run it here would run it without end."""
    assert shell("make -n test", ROOT, VENV=sys.prefix).returncode == 0


def test_the_line_of_the_virtual_environment_makes_one(tmp_path: Path) -> None:
    (line,) = re.findall(r"`(python3 -m venv [^`]+)`", (ROOT / "README.md").read_text("utf-8"))
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    done = shell(f"{line}; command -v python", checkout)
    python = Path(done.stdout.strip())
    assert python.parent.resolve() == (tmp_path / "steppay-venv" / "bin").resolve(), done.stderr


@pytest.mark.wheel
def test_the_installation_command_installs(tmp_path: Path, new_environment: Callable[[Path], Path]) -> None:
    python = new_environment(tmp_path)
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_QUIET": "1"}
    done = shell(f'PATH="{python.parent}:$PATH"; {block("sh", "pip install .")}', ROOT, **offline)
    assert done.returncode == 0, done.stderr
    version = subprocess.run(
        [python.with_name("steppay-mock"), "--version"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "0.1.0" in version.stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "test_receiver.py").write_text(block("python", "# test_receiver.py"), encoding="utf-8")
    (tmp_path / "shop.py").write_text(SHOP.format(line="pass"), encoding="utf-8")
    return tmp_path


def test_the_tests_of_the_example_pass(shop: Path) -> None:
    done = shell(block("sh", "pytest test_receiver.py"), shop)
    assert done.returncode == 0, done.stdout
    assert "29 passed" in done.stdout


def test_the_failure_is_shown_as_it_says(shop: Path) -> None:
    line = 'payload["event"] != "payment.completed" or payload["data"]["cancel"]["lastCanceledDate"]'
    (shop / "shop.py").write_text(SHOP.format(line=line), encoding="utf-8")
    done = shell(block("sh", "pytest test_receiver.py"), shop)
    assert done.returncode == 1
    shown = done.stdout.splitlines()
    for line in block("text", "expected: an answer").splitlines():
        assert line in shown


PAYMENTS = """
from flask import Flask, request

app, payments = Flask(__name__), {}


@app.post("/webhooks/steppay")
def steppay():
    payload = request.get_json()
    if payload["event"].startswith("payment."):
        payment = payload["data"]
        if KEEPS:
            payments[payment["paymentId"]] = payment["status"]
    return ""
"""


@pytest.fixture
def order_test(tmp_path: Path) -> Path:
    (tmp_path / "test_order.py").write_text(block("python", "# test_order.py"), encoding="utf-8")
    return tmp_path


def test_the_receiver_that_believes_whoever_comes_last_fails_as_it_says(order_test: Path) -> None:
    (order_test / "shop.py").write_text(PAYMENTS.replace("KEEPS", "True"), encoding="utf-8")
    done = shell("pytest test_order.py", order_test)
    assert done.returncode == 1, done.stdout
    shown = done.stdout.splitlines()
    for line in block("text", "OrderViolation").splitlines():
        assert line in shown


def test_the_one_that_keeps_what_is_complete_is_proved(order_test: Path) -> None:
    keeps = 'payments.get(payment["paymentId"]) != "COMPLETE"'
    (order_test / "shop.py").write_text(PAYMENTS.replace("KEEPS", keeps), encoding="utf-8")
    done = shell("pytest test_order.py", order_test)
    assert done.returncode == 0, done.stdout
    assert "proved: all 720 orders of 6 events" in done.stdout
    assert "564 deliveries" in done.stdout


def test_the_commands_do_what_they_say(tmp_path: Path, listening: str) -> None:
    script = block("sh", "steppay-mock events").replace("127.0.0.1:8000", listening)
    done = shell(script, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kim@example.com" in (tmp_path / "payment.json").read_text("utf-8")
    assert "timestamp=" in done.stdout
    assert "81 payloads" in done.stderr


def test_the_story_is_told_to_a_receiver_that_reads_back(tmp_path: Path) -> None:
    (tmp_path / "test_story.py").write_text(block("python", "# test_story.py"), encoding="utf-8")
    (tmp_path / "shop.py").write_text(READING_BACK, encoding="utf-8")
    done = shell("pytest test_story.py", tmp_path, STEPPAY_SECRET_TOKEN="test_token")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_story_is_told_to_a_receiver_that_believes_what_comes_last_and_fails(tmp_path: Path) -> None:
    (tmp_path / "test_story.py").write_text(block("python", "# test_story.py"), encoding="utf-8")
    believing = READING_BACK.replace('requests.get(url, headers={"Secret-Token": "test_token"}, timeout=5).json()', "")
    (tmp_path / "shop.py").write_text(
        believing.replace('["status"]\n', 'request.get_json()["data"]["status"]\n'), encoding="utf-8"
    )
    done = shell("pytest test_story.py", tmp_path)
    assert done.returncode == 1, done.stdout
    assert "assert 'UNPAID' == 'ACTIVE'" in done.stdout


def test_the_commands_of_scenarios_do_what_they_say(tmp_path: Path, listening: str) -> None:
    script = block("sh", "steppay-mock scenario list").replace("127.0.0.1:8000", listening)
    done = shell(script, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PARTIAL_CANCELED" in done.stdout
    assert "8 x 204" in done.stderr


def test_the_scenarios_are_counted() -> None:
    shipped = [one for one in all_scenarios().values() if one.function.__module__.startswith("steppay_mock.")]
    assert f"There are {len(shipped)} [scenarios]" in (ROOT / "README.md").read_text("utf-8")
    assert f"[시나리오](docs/scenarios.md)는 {len(shipped)}가지" in (ROOT / "README.ko.md").read_text("utf-8")


def test_the_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block("python", "from steppay_mock import"), "README.md", "exec"), {})
    assert capsys.readouterr().out == block("text", "kim@example.com")
