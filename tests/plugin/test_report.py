"""A failing test shows its deliveries, and a command that repeats it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from steppay_mock.payload.chance import derive_seed

Run = Callable[..., pytest.RunResult]

DRAWING = """
    import pytest

    @pytest.mark.steppay("payment.completed", "payment.failed")
    def test_receiver(steppay, steppay_event, steppay_seed):
        print("body:", steppay_event.body.hex())
        steppay.deliver(steppay_event, to="shop:app").assert_ok()
"""


def section(result: pytest.RunResult) -> list[str]:
    """The lines of the first section of ours."""
    lines = result.stdout.lines
    begin = lines.index(f"{' steppay-mock ':-^80}") + 1
    end = next(place for place, line in enumerate(lines[begin:], begin) if re.match(r"[-_=]{3}", line))
    return lines[begin:end]


def bodies(text: str) -> list[str]:
    return re.findall(r"^body: (.*)", text, re.MULTILINE)


@pytest.mark.usefixtures("shop")
def test_a_failing_test_shows_seed_command_and_deliveries(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_app=DRAWING)
    result = run("--steppay-seed", "7")
    result.assert_outcomes(passed=1, failed=1)
    seed = derive_seed(7, "test_app.py::test_receiver[payment.failed]")
    *lines, payload = section(result)
    assert lines == [
        f"seed: 7; steppay_seed was {seed}",
        "repeat: pytest 'test_app.py::test_receiver[payment.failed]' --steppay-seed 7",
        "made: payment.failed",
        "delivered: payment.failed -> 500",
    ]
    assert json.loads(payload.removeprefix("payload: "))["event"] == "payment.failed"
    assert result.stdout.str().count(" steppay-mock ---") == 1


@pytest.mark.usefixtures("shop")
def test_the_command_repeats_exactly_the_failure(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(test_app=DRAWING)
    pytester.makeini("[pytest]\npythonpath = .")
    first = run_apart("--steppay-seed", "random")
    first.assert_outcomes(passed=1, failed=1)
    command = next(line.removeprefix("repeat: ") for line in section(first) if line.startswith("repeat: "))
    program, *arguments = shlex.split(command)
    assert program == "pytest"
    again = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=pytester.path, capture_output=True, text=True, check=False
    )
    assert again.returncode == pytest.ExitCode.TESTS_FAILED
    assert re.search(r"^=+ 1 failed in ", again.stdout, re.MULTILINE)
    assert bodies(again.stdout) == bodies(first.stdout.str())
    assert bodies(again.stdout)


def test_only_the_last_ten_deliveries_are_shown(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        def app(environ, start_response):
            start_response("202 Accepted", [])
            return []

        def test_it(steppay):
            for event in steppay.events("order.created", n=2) + steppay.events("order.updated", n=10):
                steppay.deliver(event, to=app)
            assert False
        """
    )
    lines = section(run())
    assert lines[2:4] == [
        f"made: 12, the last of them {', '.join(['order.updated'] * 10)}",
        "delivered: 12, the last of them",
    ]
    assert lines[4:] == ["delivered: order.updated -> 202"] * 10


def test_of_many_deliveries_those_that_failed_are_shown(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        def test_it(steppay):
            def app(environ, start_response):
                third = environ["wsgi.input"].read() == events[2].body
                start_response("500 Oops" if third else "200 OK", [])
                return []

            events = steppay.events("order.updated", n=30)
            steppay.deliver(events, to=app).assert_ok()
        """
    )
    delivered, failed, payload = section(run())[-3:]
    assert delivered == "delivered: 30, 1 failed"
    assert failed == "delivered: order.updated -> 500"
    assert payload.startswith('payload: {"timestamp":')


def test_what_the_app_raised_is_told(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        def test_it(steppay):
            def app(environ, start_response):
                raise KeyError("cancel")

            steppay.deliver(steppay.event("payment.canceled"), to=app).assert_ok()
        """
    )
    result = run()
    assert section(result)[-2] == "delivered: payment.canceled -> 500, the app raised: KeyError: 'cancel'"
    result.stdout.fnmatch_lines(["E  *KeyError: 'cancel'", "*direct cause of the following exception*"])


def test_other_tests_get_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_without():
            assert False

        @pytest.mark.steppay(seed=1)
        def test_marked_only():
            assert False

        @pytest.mark.xfail
        def test_expected(steppay):
            assert False

        def test_skipped(steppay):
            pytest.skip("later")
        """
    )
    result = run("-rA")
    result.assert_outcomes(failed=2, xfailed=1, skipped=1)
    result.stdout.no_fnmatch_line("*- steppay-mock -*")


@pytest.mark.parametrize("name", ["steppay", "steppay_secret", "steppay_seed", "steppay_target"])
def test_each_fixture_brings_the_section(pytester: pytest.Pytester, run: Run, name: str) -> None:
    pytester.makepyfile(f"def test_it({name}): assert False")
    assert section(run())[1].startswith("repeat: pytest ")


def test_an_error_in_setup_or_teardown_shows_it_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def before(steppay):
            steppay.event("order.created")
            raise RuntimeError("in setup")

        @pytest.fixture
        def after(steppay):
            yield
            raise RuntimeError("in teardown")

        def test_before(before): pass
        def test_after(after): pass
        """
    )
    result = run()
    result.assert_outcomes(passed=1, errors=2)
    assert result.stdout.str().count("- steppay-mock -") == 2


@pytest.mark.parametrize("failure", ["pytest.fail('no', pytrace=False)", "request.getfixturevalue('nothing')"])
def test_a_failure_of_plain_text_shows_it_too(pytester: pytest.Pytester, run: Run, failure: str) -> None:
    pytester.makepyfile(f"import pytest\ndef test_it(steppay, request): {failure}")
    assert section(run())[1].endswith("::test_it --steppay-seed 0")


@pytest.mark.parametrize("option", ["--show-capture=no", "--tb=short", "--tb=native", "--showlocals"])
def test_the_section_survives_options_of_output(pytester: pytest.Pytester, run: Run, option: str) -> None:
    pytester.makepyfile("def test_it(steppay): assert False")
    assert section(run(option))[1].endswith("::test_it --steppay-seed 0")


def test_junit_files_hold_the_command(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it="def test_it(steppay): assert False")
    run("--junit-xml=report.xml")
    failure = ET.parse(pytester.path / "report.xml").find(".//failure")
    assert failure is not None
    assert "repeat: pytest test_it.py::test_it --steppay-seed 0" in str(failure.text)


@pytest.mark.usefixtures("shop")
def test_workers_report_the_same_section(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(test_app=DRAWING)
    pytester.makeini("[pytest]\npythonpath = .")
    assert section(run_apart("-n", "2")) == section(run_apart())


def test_the_command_names_what_came_from_the_command_line(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it="def test_it(steppay): assert False")
    lines = section(
        run(
            "--steppay-target=http://localhost:1/a b",
            "--steppay-secret=hush",
            "--steppay-body=compact",
            "-o",
            "steppay_locale=en_US",
            "-o",
            "steppay_secret=hush-hush",
            "-o",
            "console_output_style=classic",
        )
    )
    assert lines[1:] == [
        "secret: give the same one again, with --steppay-secret; it is not shown",
        (
            "repeat: pytest test_it.py::test_it --steppay-seed 0 --steppay-body compact "
            "--steppay-target 'http://localhost:1/a b' -o steppay_locale=en_US"
        ),
    ]


def test_a_target_with_a_password_is_not_repeated(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay): assert False")
    result = run("--steppay-target=http://me:hush@localhost")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["target: give the same one again, with --steppay-target; its URL holds a secret *"])
    result.stdout.no_fnmatch_line("*hush*")


def test_a_seed_of_the_marker_needs_no_option(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it="import pytest\n@pytest.mark.steppay(seed=9)\ndef test_it(steppay): assert False")
    assert section(run("--steppay-seed=3")) == ["seed: 9, from the marker", "repeat: pytest test_it.py::test_it"]


@pytest.mark.parametrize("root", ["ini", "bare"])
def test_the_command_keeps_the_root_where_a_nearer_configuration_would_change_it(
    pytester: pytest.Pytester, run_apart: Run, root: str
) -> None:
    if root == "ini":
        pytester.makeini("[pytest]")
    inner = pytester.mkdir("inner")
    (inner / "pytest.ini").write_text("[pytest]", encoding="utf-8")
    (inner / "test_it.py").write_text(
        "def test_it(steppay_seed): print('body:', steppay_seed); assert False", encoding="utf-8"
    )
    first = run_apart()
    command = section(first)[1].removeprefix("repeat: ")
    extra = "-c tox.ini" if root == "ini" else "--rootdir=."
    assert command == f"pytest inner/test_it.py::test_it {extra} --steppay-seed 0"
    again = run_apart(*shlex.split(command)[1:])
    again.assert_outcomes(failed=1)
    assert bodies(again.stdout.str()) == bodies(first.stdout.str()) != []


@pytest.mark.parametrize("source", ["option", "ini", "environment", "marker"])
def test_the_secret_is_never_shown(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    hidden = "whsec_do_not_tell"
    marker = "@pytest.mark.steppay(secret='whsec_do_not_' + 'tell')" if source == "marker" else ""
    if source == "environment":
        monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", hidden)
    if source == "ini":
        pytester.makeini(f"[pytest]\nsteppay_secret = {hidden}")
    pytester.makepyfile(
        f"""
        import pytest

        {marker}
        def test_it(steppay, steppay_secret):
            assert steppay_secret.startswith("whsec_do_not_")
            door, secrets = steppay, [steppay_secret]

            def app(environ, start_response):
                raise ValueError("not by " + steppay_secret[:])

            report = steppay.deliver(steppay.event("order.created"), to=app)
            assert report.statuses == {{200: 1}}
        """
    )
    result = run("-vv", "--showlocals", "--setup-show", *([f"--steppay-secret={hidden}"] if source == "option" else []))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["steppay_secret = '[*][*][*]'"])
    ours = "\n".join(section(result))
    assert "ValueError: not by ********" in ours
    assert hidden not in ours
    shown = [line for line in result.stdout.lines if hidden in line]
    # What the app itself said is the user's: the report is one of his values.
    assert all("ValueError" in line for line in shown)


def test_a_failure_far_from_the_start_repeats_from_there(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]")
    tests, elsewhere = pytester.mkdir("tests"), pytester.mkdir("elsewhere")
    (tests / "test_it.py").write_text("def test_it(steppay): assert False", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    command = section(run("../tests"))[1].removeprefix("repeat: ")
    assert command == f"pytest {Path(os.pardir, 'tests', 'test_it.py')}::test_it --steppay-seed 0"
    run(*shlex.split(command)[1:]).assert_outcomes(failed=1)
