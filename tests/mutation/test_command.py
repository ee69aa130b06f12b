"""``check --mutate``: which mistakes the tests of a small project notice, and what is said where none can be tried."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from cli.conftest import run_command
from mutation.conftest import FIXTURES, INI, SHOP, WEAK, Mutate, Project

STRONG = """\
import pytest


@pytest.mark.parametrize("number", [7, 2**53 + 1])
def test_a_payment_and_its_copy(steppay, rows, number):
    paid = steppay.event("payment.completed", data={"paymentId": number})
    steppay.deliver([paid, paid]).assert_ok()
    assert rows() == {
        "payments": [[paid.data["paymentId"], paid.data["status"]]],
        "points": [paid.data["paymentId"]],
    }


def test_other_events_and_forgeries_change_nothing(steppay, steppay_target, rows):
    steppay.deliver(steppay.event("customer.created")).assert_ok()
    client = steppay_target.test_client()
    body = steppay.event("payment.completed").body
    assert client.post("/webhooks/steppay", data=body).status_code == 401
    signed = {"Steppay-Signature": steppay.sign(b"other")}
    assert client.post("/webhooks/steppay", data=body, headers=signed).status_code == 401
    assert rows() == {"payments": [], "points": []}


def test_every_order(steppay, rows, reset):
    events = [steppay.event(one, data={"paymentId": 2**53 + 1}, now=now) for one, now in TWO]
    steppay.assert_order_independent(events, state=rows, reset=reset, effects=lambda: rows()["points"])


TWO = [("payment.standby", 1736899200), ("payment.completed", 1736899260), ("payment.canceled", 1736899260)]
"""


def survivors(out: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["line"], one["mistake"]) for one in out if one["would_notice"]]


@pytest.mark.exhaustive
def test_weak_tests_notice_little_and_each_survivor_is_told(project: Project, mutate: Mutate) -> None:
    root = project({"shop.py": SHOP, "conftest.py": FIXTURES, "test_weak.py": WEAK, "test_more.py": "def test_a(): 0"})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    done = mutate("shop", "--mutate-max", "9", "--seed", "3", "--jobs", "2")
    assert done.code == 1, done.out + done.err
    assert done.out.startswith("Small mistakes in shop.py: ")
    assert "tried with 1 of your 2 tests: those that use steppay-mock (--mutate-tests chooses others)" in done.out
    assert re.search(r"^a sample: 9 of \d\d, drawn with --seed 3$", done.out, re.MULTILINE)
    assert done.err.startswith(done.out.partition(": ")[2].partition("\n")[0])
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    again = mutate("./shop.py", "--mutate-max", "9", "--seed", "3", "--mutate-tests", "test_weak.py", "--json")
    assert again.code == 1
    assert (again.json["files"], again.json["tests"]) == (["shop.py"], {"run": 1, "all": 1})
    told = [one for one in again.json["mutants"] if one["would_notice"]]
    for number, one in enumerate(told, 1):
        assert f"\n{number}. {one['file']}:{one['line']}  {one['mistake']}\n" in done.out
        assert all(f"\n    {line}\n" in done.out for line in one["diff"])
    assert len(told) == sum(again.json["counts"][name] for name in ("survived", "unreached")) > 4


@pytest.mark.exhaustive
def test_good_tests_notice_all_but_what_makes_no_difference(project: Project, mutate: Mutate) -> None:
    project({"shop.py": SHOP, "conftest.py": FIXTURES, "test_strong.py": STRONG})
    done = mutate("shop", "--json")
    assert done.code == 1, done.out + done.err
    # No two versions of this shop are equal: only copies have the same one, and these are known before.
    assert survivors(done.json["mutants"]) == [(SHOP.partition("version > old")[0].count("\n") + 1, "boundary")]


def test_where_every_mistake_is_noticed_it_is_0(project: Project, mutate: Mutate) -> None:
    project({"hook.py": "def take(points, key):\n    points.append(key)\n", "test_hook.py": NOTICES_ALL})
    done = mutate("hook")
    assert (done.code, done.err) == (0, "1 of 1 mistakes would be noticed\n")
    assert done.out == "Small mistakes in hook.py: 1 of 1 mistakes would be noticed\ntried with 1 of your tests\n"


NOTICES_ALL = "import hook\nimport steppay_mock\ndef test_it():\n    a = []\n    hook.take(a, 1)\n    assert a == [1]\n"
TABLE = """\
def take(keys):
    keys.append(1)


HANDLERS = {"payment.completed": take, "payment.failed": take}
FIRST = HANDLERS["payment.completed"]
"""
TEST_TABLE = "import table\nimport steppay_mock\ndef test_it():\n    a = []\n    table.FIRST(a)\n    assert a\n"


def test_code_that_cannot_be_imported_is_noticed_and_told_apart(project: Project, mutate: Mutate) -> None:
    project({"table.py": TABLE, "test_table.py": TEST_TABLE})
    done = mutate("table", "--json")
    told = [(one["line"], one["effect"], one["outcome"], one["test"]) for one in done.json["mutants"]]
    assert told == [
        (2, "`keys.append(1)` was forgotten", "noticed", "test_table.py::test_it"),
        (5, "payment.completed was forgotten", "not-imported", "test_table.py"),
        (5, "payment.failed was forgotten", "survived", None),
    ]
    assert done.err == "2 of 3 mistakes would be noticed (1 because your code could not be imported), 1 would not\n"


def test_tests_that_are_gone_notice(project: Project, mutate: Mutate) -> None:
    text = (
        "import pytest, table, steppay_mock\n"
        "@pytest.mark.parametrize('name', [one for one in table.HANDLERS if one.endswith('failed')])\n"
        "def test_it(name):\n    a = []\n    table.HANDLERS[name](a)\n    assert a\n"
    )
    project({"table.py": TABLE.replace('FIRST = HANDLERS["payment.completed"]\n', ""), "test_table.py": text})
    done = mutate("table", "--json")
    assert [(one["effect"], one["outcome"], one["test"]) for one in done.json["mutants"]] == [
        ("`keys.append(1)` was forgotten", "noticed", "test_table.py::test_it[payment.failed]"),
        ("payment.completed was forgotten", "survived", None),
        ("payment.failed was forgotten", "noticed", None),
    ]


def test_tests_that_do_not_end_notice(project: Project, mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    project({"table.py": TABLE, "test_table.py": TEST_TABLE})
    monkeypatch.setattr("steppay_mock.mutation.mutation_run.monotonic", lambda: 7.0)  # the first run takes no time
    done = mutate("table", "--mutate-timeout", "0.01", "--json")
    assert {one["outcome"] for one in done.json["mutants"]} == {"timed-out"}
    assert (done.code, done.err) == (0, "3 of 3 mistakes would be noticed (3 because the tests did not end)\n")


def test_a_time_that_is_too_short_without_any_mistake_is_refused(
    project: Project, mutate: Mutate, monkeypatch: pytest.MonkeyPatch
) -> None:
    project({"table.py": TABLE, "test_table.py": TEST_TABLE})
    monkeypatch.setattr("steppay_mock.mutation.mutation_run.monotonic", iter([7.0, 9.25]).__next__)
    done = mutate("table", "--mutate-timeout", "2.2")
    assert (done.code, done.out) == (2, "")
    told = (
        "--mutate-timeout 2.2 is too short: without any mistake the tests take 2.25 s. Give 5 or more, or leave it out."
    )
    assert told in " ".join(done.err.split())


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "soon"])
def test_a_time_that_is_no_number_of_seconds_is_refused(mutate: Mutate, seconds: str) -> None:
    done = mutate("table", f"--mutate-timeout={seconds}")
    assert (done.code, done.out) == (2, "")
    assert f"'{seconds}' is no number of seconds above 0. Write seconds such as 10." in done.err


@pytest.mark.parametrize("layout", ["src", pytest.param("flat", marks=pytest.mark.exhaustive)])
def test_the_copy_comes_before_an_original_that_is_installed(
    project: Project, mutate: Mutate, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    base = "src/" if layout == "src" else ""
    ini = INI.replace("pythonpath = .\n", "")
    root = project(
        {
            f"{base}가게/__init__.py": "",
            f"{base}가게/받기.py": "def 받기(목록, 키):\n    목록.append(키)\n",
            "tests/test_hook.py": "import steppay_mock\nfrom 가게.받기 import 받기\n"
            "def test_it():\n    a = []\n    받기(a, 1)\n    assert a == [1]\n",
        },
        name="스텝 페이",
        ini=ini,
    )
    monkeypatch.syspath_prepend(str(root / base))  # as `pip install -e .` does
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root / base), os.environ.get("PYTHONPATH", "")]))
    for module in ("가게.받기", f"{base}가게", "가게"):
        done = mutate(module)
        assert (done.code, done.err) == (0, "1 of 1 mistakes would be noticed\n"), done.out


@pytest.mark.exhaustive
def test_an_async_receiver(project: Project, mutate: Mutate) -> None:
    project({"api.py": API, "test_api.py": TEST_API})
    done = mutate("api", "--json")
    assert {one["mistake"]: one["outcome"] for one in done.json["mutants"]} == {
        "drop-verification": "survived",
        "rewritten-body": "noticed",
        "drop-guard": "survived",
        "need-field": "survived",
        "answer-200": "unreached",
        "forget-write": "noticed",
    }


API = """\
from fastapi import FastAPI, HTTPException, Request

from steppay_mock import SignatureError, verify

rows = {}
app = FastAPI()


def verified(header, body):
    try:
        verify(header, body, "whsec_test")
    except SignatureError:  # no mutate
        return False  # no mutate
    return True


@app.post("/webhooks/steppay")
async def receive(request: Request):
    body = await request.body()
    if not verified(request.headers.get("Steppay-Signature"), body):
        raise HTTPException(401)
    event = await request.json()
    rows[event["event"]] = event["data"]
"""
TEST_API = """\
import api


def test_it(steppay):
    steppay.deliver(steppay.event("payment.completed"), to=api.app).assert_ok()
    assert api.rows
"""


def test_a_receiver_in_another_process_counts_as_reached(project: Project, mutate: Mutate) -> None:
    text = (
        "import subprocess, sys, steppay_mock, hook\n"
        "def test_here():\n    hook.other()\n"
        "def test_it():\n    subprocess.run([sys.executable, '-c', 'import hook; hook.take()'], check=True)\n"
    )
    project(
        {
            "hook.py": "def take():\n    a = []\n    a.append(1)\n    a[0]\n\n\ndef other():\n    pass\n",
            "test_hook.py": text,
        }
    )
    done = mutate("hook", "--json")
    assert [(one["mistake"], one["outcome"]) for one in done.json["mutants"]] == [("forget-write", "noticed")]


def test_what_a_fixture_of_several_tests_reaches_is_reached_by_all(project: Project, mutate: Mutate) -> None:
    text = (
        "import pytest, steppay_mock, hook\n"
        "@pytest.fixture(scope='module')\ndef rows():\n    a = []\n    hook.take(a)\n    return a\n"
        "def test_first(rows):\n    pass\n"
        "def test_second(rows):\n    assert rows\n"
    )
    project({"hook.py": "def take(a):\n    a.append(1)\n", "test_hook.py": text})
    assert mutate("hook").code == 0


def test_plugins_that_would_be_in_the_way_are_told_what_not_to_do(project: Project, mutate: Mutate) -> None:
    ini = (
        "[pytest]\naddopts = -p pytest_steppay.plugin -p xdist.plugin -p pytest_cov.plugin -p pytest_randomly "
        "-p pytest_rerunfailures -n 2 --dist loadfile --cov=hook --cov-fail-under=100 --reruns 2\npythonpath = .\n"
    )
    project({"hook.py": "def take(points, key):\n    points.append(key)\n", "test_hook.py": NOTICES_ALL}, ini=ini)
    done = mutate("hook", "--json")
    assert [(one["outcome"], one["test"]) for one in done.json["mutants"]] == [("noticed", "test_hook.py::test_it")]


def test_tests_that_share_something_are_not_run_at_once(project: Project, mutate: Mutate, tmp_path: Path) -> None:
    text = (
        "import hook, pathlib, steppay_mock, threading\n"
        f"lock = pathlib.Path({str(tmp_path / 'lock')!r})\n"
        "def test_it():\n"
        "    lock.touch(exist_ok=False)\n"
        "    threading.Event().wait(2)\n"
        "    lock.unlink()\n"
        "    a = []\n"
        "    hook.take(a, 1)\n"
    )
    project({"hook.py": "def take(points, key):\n    points.append(key)\n    points.append(1)\n", "test_hook.py": text})
    done = mutate("hook", "--jobs", "2")
    assert (done.code, done.out) == (2, "")
    assert "the tests do not pass in 2 copies at once: they share something, such as a database or a port." in done.err


REFUSED = {
    "no such module": (("shops",), "--mutate shops: where your tests run there is no module of this name."),
    "no such file": (("shops.py",), "--mutate shops.py: there is no such file or folder in "),
    "a folder that is a file": (("hook/",), "/project. Give hook.py."),
    "a folder outside": (("..",), "which is not in your project, "),
    "a module of others": (("json",), "which is not in your project, "),
    "a file that is no Python": (("./pytest.ini",), "pytest.ini is no file of Python."),
    "a syntax error": (("./broken.py",), "broken.py:2 is no Python of this version: "),
    "nothing to mistake": (("empty",), "There is no place in empty.py for a mistake"),
    "no test that uses the toolkit": (
        ("hook", "--mutate-tests", "nowhere"),
        "pytest cannot collect the tests. Make it do so first.",
    ),
    "tests that fail": (("hook", "--mutate-tests", "test_fails.py"), "assert 1 == 2"),
    "tests that reach nothing": (
        ("hook", "--mutate-tests", "test_empty.py"),
        "No test reaches hook.py; tests that were run: 1.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_tried_is_refused(project: Project, mutate: Mutate, name: str) -> None:
    (module, *words), told = REFUSED[name]
    project(
        {
            "hook.py": "def take(points, key):\n    points.append(key)\n",
            "test_hook.py": NOTICES_ALL,
            "test_fails.py": "import steppay_mock\ndef test_it():\n    assert 1 == 2\n",
            "test_empty.py": "def test_it():\n    pass\n",
            "empty.py": "import hook\n",
            "broken.py": "\ndef take(:\n",
        }
    )
    done = mutate(module, *(words or ["--mutate-tests", "test_hook.py"]))
    assert (done.code, done.out) == (2, ""), done.err
    assert told in done.err
    assert not list(Path(tempfile.gettempdir()).iterdir())


def test_the_folder_of_the_project_is_all_its_files_but_tests(project: Project, mutate: Mutate) -> None:
    project({"hook.py": "def take(points, key):\n    points.append(key)\n", "test_hook.py": NOTICES_ALL})
    done = mutate(".", "--json")
    assert (done.code, done.json["files"]) == (0, ["hook.py"])


def test_without_any_test_the_command_says_so(project: Project, mutate: Mutate) -> None:
    project({"hook.py": "def take(points, key):\n    points.append(key)\n"})
    assert "pytest finds no tests from " in mutate("hook").err
    project({"test_other.py": "def test_it():\n    pass\n"})
    done = mutate("hook")
    assert (done.code, done.out) == (2, "")
    assert (
        "No test uses steppay-mock; tests that were found: 1. Name those of your handler: --mutate-tests tests/"
        in done.err
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "http://localhost"), "--to is about a receiver to which webhooks are sent."),
        (("--quick",), "--quick is about a receiver"),
        (("--html", "a.html"), "--html is about a receiver"),
    ],
)
def test_options_of_the_checks_are_refused_beside_it(mutate: Mutate, words: tuple[str, ...], told: str) -> None:
    done = mutate("shop", *words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize("words", [("--mutate-max", "3"), ("--jobs", "2"), ("--mutate-tests", "a")])
def test_its_options_are_refused_without_it(words: tuple[str, ...]) -> None:
    done = run_command("check", "--to", "http://localhost", *words)
    assert done.code == 2
    assert f"{words[0]} is about mistakes in your handler, and there is no --mutate. Give it too." in done.err


def test_no_secret_is_shown(project: Project, mutate: Mutate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_of_production")
    text = (
        "import os, hook, steppay_mock\ndef test_it():\n    print(os.environ['STEPPAY_WEBHOOK_SECRET'])\n    assert 0\n"
    )
    project({"hook.py": "def take(points, key):\n    points.append(key)\n", "test_hook.py": text})
    done = mutate("hook")
    assert "********" in done.err
    assert "whsec_of_production" not in done.err


@pytest.mark.exhaustive
def test_the_examples_of_this_project(project: Project, mutate: Mutate) -> None:
    examples = Path(__file__).parents[2] / "examples" / "receivers"
    root = project({"test_receiver.py": TEST_EXAMPLE})
    for name in ("steppay_webhook.py", "sqlite_store.py", "flask_app.py"):
        shutil.copy(examples / name, root / name)
    done = mutate("steppay_webhook.py", "--mutate-max", "8", "--jobs", "2", "--json")
    assert done.json["possible"] > 40
    assert done.json["counts"]["noticed"] > 0


TEST_EXAMPLE = """\
import sqlite3

import flask_app


def test_it(steppay, tmp_path):
    app = flask_app.create_app(str(tmp_path / "a.sqlite"), "whsec_test")
    steppay.deliver(steppay.events(["payment.completed", "subscription.created"]), to=app).assert_ok()
    answer = app.test_client().post("/webhooks/steppay", data=b"{}", headers={"Steppay-Signature": "timestamp=1,key=a"})
    assert answer.status_code == 401
    paid = steppay.event("payment.completed", data={"paymentId": 2**53 + 1})
    steppay.deliver(paid, to=app).assert_ok()
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        rows = connection.execute("select id, status from payments where id = ?", [paid.data["paymentId"]]).fetchall()
    assert rows == [(paid.data["paymentId"], paid.data["status"])]
"""
