"""The programs of a page are run as they stand: against a receiver that fails, and against the mended one."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, ORDER, PAYMENT, RECOVERED, UNPAID, counterexample, exploration
from serving import Serve
from werkzeug import Request, Response

from steppay_mock import explore, remote_reset, remote_state, verify
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import Face, Reach, speaking
from steppay_mock.ordering.report.repro.javascript import vitest_test
from steppay_mock.ordering.report.repro.python import pytest_test
from steppay_mock.ordering.report.repro.shell import shell_script

SECRET = "whsec_of_the_tests"
LIFE = (CREATED, UNPAID, RECOVERED)
BIN = Path(sys.executable).parent
VITEST = """
import assert from "node:assert/strict";
export const test = async (name, run) => { await run(); };
export const expect = (value) => ({ toEqual: (other) => assert.deepEqual(value, other),
                                    toBe: (other) => assert.equal(value, other) });
"""


class Shop:
    """Keeps how each subscription stands: by the last event, or mended by the newest. A header lets in."""

    def __init__(self) -> None:
        self.is_mended = False
        self.rows: dict[str, Any] = {}
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        if request.headers.get("x-test") != "let me in":
            return Response(status=401)
        if request.path in {"/state", "/reset"}:
            if request.path == "/state":
                return Response(json.dumps({key: row["status"] for key, row in self.rows.items()}))
            self.rows.clear()
            return Response(status=204)
        body = request.get_data()
        self.signatures.append(request.headers.get("steppay-signature", ""))
        verify(self.signatures[-1], body, SECRET)
        self.bodies.append(body)
        event = request.get_json()
        key, at = str(event["data"].get("subscriptionId") or event["data"]["id"]), [event["timestamp"], body.decode()]
        if not self.is_mended or key not in self.rows or self.rows[key]["at"] < at:
            self.rows[key] = {"at": at, "status": event["data"].get("status") or event["event"]}
        return Response(status=204)


@pytest.fixture
def shop(serve: Serve) -> tuple[Shop, str]:
    app = Shop()
    return app, serve(app)


def found_in(root: str, events: Any) -> Exploration:
    reach = Reach(url=f"{root}/webhooks/steppay", state_url=f"{root}/state", reset_url=f"{root}/reset")
    headers = {"x-test": "let me in"}
    with speaking(Face(is_shell=True, before="steppay-mock replay ", after="", hint="", reach=reach)):
        return explore(
            events,
            root,
            headers=headers,
            secret=SECRET,
            state=remote_state(f"{root}/state", headers=headers),
            reset=remote_reset(f"{root}/reset", headers=headers),
            duplicates=False,
            truth="off",
            seed=7,
        )


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
        "STEPPAY_WEBHOOK_SECRET": SECRET,
        "STEPPAY_MOCK_HEADER": "x-test: let me in",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)


def with_vitest(folder: Path) -> None:
    """What the program imports as Vitest."""
    package = folder / "node_modules" / "vitest"
    package.mkdir(parents=True)
    (package / "index.mjs").write_text(VITEST, encoding="utf-8")
    (package / "package.json").write_text('{"name": "vitest", "exports": "./index.mjs"}', encoding="utf-8")


def on_page(found: Exploration, title: str) -> str:
    """What is folded under that title, as a browser shows it."""
    (text,) = re.findall(rf"<summary>{title}</summary><pre>(.*?)</pre>", found.as_html(), re.DOTALL)
    return html.unescape(text)


def test_the_script_with_curl_delivers_the_failing_order(shop: tuple[Shop, str], tmp_path: Path) -> None:
    app, root = shop
    found = found_in(root, LIFE)
    assert found.counterexample is not None
    script = on_page(found, "With curl")
    assert script == shell_script(found, found.counterexample)
    (tmp_path / "again.sh").write_text(script, encoding="utf-8")
    app.bodies.clear()
    done = run("sh", "again.sh", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert app.bodies == [LIFE[place].body for place in found.counterexample.course]
    *answers, state = done.stdout.splitlines()
    assert answers == ["answered 204"] * 2
    assert json.loads(state) == found.as_dict()["counterexample"]["failing"]["state"]
    assert SECRET not in script


@pytest.mark.exhaustive  # alike on every Python
@pytest.mark.parametrize("events", [LIFE, "customer-registers-and-leaves"], ids=["events", "scenario"])
def test_the_test_for_pytest_fails_until_the_receiver_is_mended(
    events: Any, shop: tuple[Shop, str], tmp_path: Path
) -> None:
    app, root = shop
    found = found_in(root, events)
    assert found.counterexample is not None
    text = on_page(found, "As a test for pytest")
    assert text == pytest_test(found, found.counterexample)
    assert ("EVENTS" in text) is (events == LIFE)
    (tmp_path / "test_again.py").write_text(text, encoding="utf-8")
    pytest_again = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_again.py")
    failing = run(*pytest_again, cwd=tmp_path)
    assert failing.returncode == pytest.ExitCode.TESTS_FAILED, failing.stdout
    assert "It still fails." in failing.stdout
    app.is_mended = True
    mended = run(*pytest_again, cwd=tmp_path)
    assert mended.returncode == 0, mended.stdout


@pytest.mark.node
def test_the_test_for_vitest_fails_until_the_receiver_is_mended(shop: tuple[Shop, str], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    app, root = shop
    found = found_in(root, LIFE)
    assert found.counterexample is not None
    text = on_page(found, "As a test for Vitest")
    assert text == vitest_test(found, found.counterexample)
    (tmp_path / "again.test.mjs").write_text(text, encoding="utf-8")
    with_vitest(tmp_path)
    assert run(node, "--check", "again.test.mjs", cwd=tmp_path).stderr == ""
    failing = run(node, "again.test.mjs", cwd=tmp_path)
    assert failing.returncode != 0
    assert "AssertionError" in failing.stderr
    app.is_mended = True
    mended = run(node, "again.test.mjs", cwd=tmp_path)
    assert mended.returncode == 0, mended.stderr


def again_at(root: str, *, together: tuple[int, ...]) -> tuple[Exploration, Any]:
    """A counterexample in which the first event comes again, behind the second one or at once with its copy."""
    course, passing = ((0, 0), (0, 0)) if together else ((0, 1, 0), (0, 0, 1))
    reach = Reach(url=f"{root}/webhooks/steppay", state_url=f"{root}/state", reset_url=f"{root}/reset")
    with speaking(Face(is_shell=True, reach=reach)):
        found = counterexample(cases.overwrites, LIFE, course, together=together, passing=passing)
        return exploration(found), found


@pytest.mark.parametrize(
    ("program", "together"),
    [  # not at once by the shell: each of its processes asks for the time by itself
        ("sh", ()),
        pytest.param("node", (), marks=pytest.mark.node),
        pytest.param("node", (0, 1), marks=pytest.mark.node),
    ],
)
def test_the_programs_sign_a_copy_at_a_later_second(
    program: str, shop: tuple[Shop, str], tmp_path: Path, together: tuple[int, ...]
) -> None:
    app, root = shop
    if program == "sh":
        (tmp_path / "again.sh").write_text(shell_script(*again_at(root, together=together)), encoding="utf-8")
        done = run("sh", "again.sh", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    else:
        node = shutil.which("node")
        if node is None:
            pytest.skip("Node is not installed")
        (tmp_path / "again.test.mjs").write_text(vitest_test(*again_at(root, together=together)), encoding="utf-8")
        with_vitest(tmp_path)
        run(node, "again.test.mjs", cwd=tmp_path)
    first = 2 if together else 3
    signed = [one.partition(",")[0] for one in app.signatures[:first]]
    bodies = app.bodies[:first]
    assert len({second for second, body in zip(signed, bodies, strict=True) if body == LIFE[0].body}) == 2


def test_what_is_in_flight_at_once_is_so_in_the_programs() -> None:
    found = counterexample(cases.overwrites, LIFE, (1, 2), passing=(1, 2), together=(0, 1), trail=False)
    shell, script = shell_script(exploration(found), found), vitest_test(exploration(found), found)
    assert re.search(r"^send '[^']*' &\n# 3 .*\nsend '[^']*' &\nwait$", shell, re.MULTILINE)
    assert "endOf([[2, 3]])" in script


def test_an_order_that_is_refused_is_judged_by_its_answers() -> None:
    found = counterexample(cases.refuses_orphans, (ORDER, PAYMENT), (1, 0), kind="answer")
    assert "expect(failing.refused).toEqual([]);" in vitest_test(exploration(found), found)


def test_a_receiver_within_the_process_is_named_as_what_has_to_be_put_in() -> None:
    found = counterexample(cases.overwrites, LIFE, (2, 1))
    text = pytest_test(exploration(found), found)
    assert "from your_app import app, reset, rows" in text
    compile(text, "test_again.py", "exec")
