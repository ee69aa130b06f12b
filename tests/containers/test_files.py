"""The files for containers: linters find nothing, and what they say of the sandbox is true."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml  # type: ignore[import-untyped]
from cli.test_dev import dev
from containers.image import ROOT, Stage, health_command, read_stages

from steppay_mock import Sandbox
from steppay_mock.cli.commands.dev import command

HERE = Path(__file__).parent
FILES = ("Dockerfile", "examples/compose/receiver.Dockerfile")
COMPOSE = ROOT / "examples" / "compose" / "compose.yaml"


@pytest.fixture
def linter(request: pytest.FixtureRequest) -> Path:
    """The folder of the linters."""
    found = HERE / "node_modules" / ".bin"
    if shutil.which("node") is None or not found.is_dir():
        missing = "The linters are not installed: npm ci --prefix tests/containers"
        if request.config.getoption("--require-tools", default=False):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return found


def lint(command: list[str | Path]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "NO_COLOR": "1"}
    )
    return f"{done.returncode}{done.stdout}{done.stderr}".strip()


@pytest.mark.node
@pytest.mark.parametrize("file", FILES)
def test_the_linter_finds_nothing_in_a_dockerfile(linter: Path, file: str, tmp_path: Path) -> None:
    assert lint([linter / "dockerfile-utils", "lint", ROOT / file]) == "0"
    wrong = tmp_path / "Dockerfile"
    wrong.write_text('FROM python:3.13-slim\nENTRYPOIN ["x"]\n', encoding="utf-8")
    assert "ENTRYPOIN" in lint([linter / "dockerfile-utils", "lint", wrong])


@pytest.mark.node
def test_the_linter_finds_nothing_in_the_compose_file(linter: Path, tmp_path: Path) -> None:
    assert lint([linter / "dclint", "--max-warnings=0", COMPOSE]) == "0"
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.read_text(encoding="utf-8").replace("ports:", "portz:"), encoding="utf-8")
    assert "invalid-schema" in lint([linter / "dclint", wrong])


@pytest.mark.parametrize("file", FILES)
def test_an_image_is_small_and_not_root(file: str) -> None:
    *_, last = read_stages(ROOT / file)
    assert last.base == "python:3.13-slim"
    assert last.one("USER").rest == "10001"
    assert all("--no-cache-dir" in one.rest for one in last.all("RUN") if "pip install" in one.rest)
    named = [word for one in last.all("COPY") for word in one.words[:-1] if not word.startswith("--")]
    assert named == (["/opt/steppay-mock"] if file == "Dockerfile" else ["examples/receivers"])


def test_an_image_says_that_it_listens_for_others() -> None:
    last = read_stages(ROOT / "Dockerfile")[-1]
    assert last.one("ENTRYPOINT").words == ["steppay-mock"]
    assert last.one("CMD").words == ["dev", "--host", "0.0.0.0", "--data", "/data/sandbox.sqlite"]
    assert last.one("EXPOSE").rest == "8090"
    (port,) = (one for one in command.params if one.name == "port")
    assert port.default == 8090


def told(name: str) -> list[str]:
    """The values that the command of the sandbox gives to an option."""
    command = services()["steppay"]["command"]
    return [one.partition("=")[2] for one in command if one.partition("=")[0] == f"--{name}"]


def test_the_receiver_of_the_compose_file_reaches_the_sandbox_and_no_other_name_does() -> None:
    of_receiver = services()["receiver"]["environment"]
    of_sandbox = services()["steppay"]["environment"]
    assert {name: of_receiver[name] for name in of_sandbox} == of_sandbox
    with Sandbox(
        seed=7,
        allow_hosts=told("allow-host"),
        forward_to=told("forward-to")[0],
        token=of_sandbox["STEPPAY_SECRET_TOKEN"],
        held=True,
    ) as sandbox:
        order = sandbox.store.checkout()
        headers = {"Secret-Token": of_receiver["STEPPAY_SECRET_TOKEN"]}

        def status(host: str, path: str) -> int:
            url = sandbox.url + path
            return requests.get(url, headers={**headers, "Host": host}, timeout=5).status_code

        host = of_receiver["STEPPAY_API_URL"].removeprefix("http://")
        assert host == "steppay:8090"
        for path in (f"/api/v1/orders/{order.code}", "/_mock/status", "/"):
            assert status(host, path) == 200
            assert status("localhost:8090", path) == 200
            assert status("steppay.example:8090", path) == 403
            assert status("10.0.0.7:8090", path) == 403


def test_the_command_of_the_compose_file_starts_without_a_question(tmp_path: Path) -> None:
    word, *options = services()["steppay"]["command"]
    assert word == "dev"
    assert options[-1] == "--data=/data/sandbox.sqlite"
    file = tmp_path / "sandbox.sqlite"
    with dev(*options[:-1], f"--data={file}", **services()["steppay"]["environment"]) as sandbox:
        url = sandbox.url.replace("0.0.0.0", "127.0.0.1")
        known = requests.get(f"{url}/_mock/endpoints", headers={"Host": "steppay:8090"}, timeout=10).json()
        assert [one["url"] for one in known["endpoints"]] == told("forward-to")
        assert requests.get(f"{url}/", headers={"Host": "elsewhere:8090"}, timeout=10).status_code == 403
    assert "warning: other machines reach it on 0.0.0.0" in sandbox.told
    assert file.exists()


def test_webhooks_of_the_compose_file_go_to_the_port_that_the_receiver_has() -> None:
    (url,) = told("forward-to")
    (stage,) = read_stages(ROOT / services()["receiver"]["build"]["dockerfile"])
    assert url == f"http://receiver:{stage.one('EXPOSE').rest}/webhooks/steppay"
    command = stage.one("CMD").words
    assert command[command.index("--port") + 1] == stage.one("EXPOSE").rest
    assert services()["steppay"]["ports"] == ["127.0.0.1:8090:8090"], "no other machine reaches it"


def test_the_sandbox_is_healthy_when_its_status_is_told(tmp_path: Path) -> None:
    stage: Stage = read_stages(ROOT / "Dockerfile")[-1]
    with Sandbox(seed=7) as sandbox:
        command = [one.replace("http://127.0.0.1:8090", sandbox.url) for one in health_command(stage)]
        assert subprocess.run(command, cwd=tmp_path, check=False, timeout=30, capture_output=True).returncode == 0
    assert subprocess.run(command, cwd=tmp_path, check=False, timeout=30, capture_output=True).returncode == 1
