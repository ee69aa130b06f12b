"""``--report``: what is written for machines, by the sender and without it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug import Request, Response

from steppay_mock import make_events
from steppay_mock.cli.show.report import lines_of
from steppay_mock.cli.show.report_files import write_reports
from steppay_mock.delivery.sender.sender import Sender

HOWS = [(), ("--concurrency", "2"), ("--journal", "J")]


@pytest.fixture(params=HOWS, ids=lambda words: " ".join(words) or "plain")
def how(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    return tuple(str(tmp_path / "j.sqlite") if word == "J" else word for word in request.param)


def refuse(request: Request) -> Response | None:
    if b"order.updated" in request.get_data():
        return Response("not \x00 <valid> & \ufffe", 500)
    return None


def test_junit_has_a_case_for_each_delivery(
    how: tuple[str, ...], run: Any, receiver: Any, secret: str, tmp_path: Path
) -> None:
    receiver.answer = refuse
    path = tmp_path / "report.xml"
    args = ("send", "--to", receiver.url, "order.created", "order.updated", "--seed", "7", "--secret", secret)
    assert run(*args, *how, "--report", str(path)).code == 1
    (suite,) = ET.parse(path).getroot()
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "errors")} == {
        "name": "steppay-mock send",
        "tests": "2",
        "failures": "1",
        "errors": "0",
    }
    assert float(suite.get("time") or 0) > 0
    good, bad = suite
    assert (good.get("classname"), good.get("name"), len(good)) == (receiver.url, "1 order.created", 0)
    assert float(good.get("time") or 0) > 0
    assert bad.get("name") == "2 order.updated"
    (failure,) = bad
    assert failure.tag == "failure"
    assert str(failure.get("message")).startswith("500, not \\x00 <valid> & ")


def test_of_many_each_event_type_is_a_case(
    how: tuple[str, ...], run: Any, receiver: Any, secret: str, tmp_path: Path
) -> None:
    receiver.answer = refuse
    path = tmp_path / "report.xml"
    args = ("send", "--to", receiver.url, "order.created", "order.updated", "-n", "151", "--seed", "7")
    assert run(*args, *how, "--secret", secret, "--report", str(path)).code == 1
    (suite,) = ET.parse(path).getroot()
    assert [one.get("name") for one in suite] == ["order.created", "order.updated"]
    assert [len(one) for one in suite] == [0, 1]
    assert str(suite[1][0].get("message")).startswith("151 of 151 failed, 500, ")


def test_a_case_says_the_first_failure_also_where_others_have_no_outcome(
    receiver: Any, secret: str, tmp_path: Path
) -> None:
    receiver.answer = refuse
    sender = Sender(receiver.url, secret=secret, journal=tmp_path / "deliveries.sqlite")
    report = sender.send(
        make_events("order.updated", n=5, seed=7), watch=lambda _progress: sender.stop(), keep_outcomes=False
    )
    assert (report.failed, report.pending > 0) == (1, True)
    path = tmp_path / "report.xml"
    write_reports([path], {}, lambda: lines_of(report), count=1_000, name="a test")
    ((case,),) = ET.parse(path).getroot()
    assert str(case[0].get("message")).endswith(" failed, " + report.failures[0].answer.replace("\ufffe", "?"))


def test_the_json_is_that_of_standard_output(
    how: tuple[str, ...], run: Any, receiver: Any, secret: str, tmp_path: Path
) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    args = ("send", "--to", receiver.url, "order.created", "--seed", "7", "--secret", secret, "--json")
    done = run(*args, *how, *(word for path in paths for word in ("--report", str(path))))
    assert done.code == 0
    assert [json.loads(path.read_text("utf-8")) for path in paths] == [done.json] * 2
    assert secret not in paths[0].read_text("utf-8")


def test_a_scenario_resend_and_resume_write_reports_too(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    path, journal = tmp_path / "report.xml", str(tmp_path / "j.sqlite")
    for words, name, count in (
        (("scenario", "run", "refund-in-full", "--to", receiver.url, "--seed", "7"), "scenario run refund-in-full", 6),
        (("resend", "1", "2"), "resend", 2),
        (("resume",), "resume", 0),
    ):
        assert run(*words, "--secret", secret, "--journal", journal, "--report", str(path)).code == 0
        (suite,) = ET.parse(path).getroot()
        assert (suite.get("name"), suite.get("tests"), len(suite)) == (f"steppay-mock {name}", str(count), count)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_sent(
    run: Any, receiver: Any, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, number: int
) -> None:
    def refuse_to_open(_path: Path, *_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", refuse_to_open)
    done = run(
        "send", "--to", receiver.url, "order.created", "--secret", secret, "--report", str(tmp_path / "report.xml")
    )
    assert done.code == 2
    assert f"report.xml' cannot be written: {os.strerror(number)}." in done.err
    assert not receiver.requests


def test_what_is_tried_leaves_no_file_behind(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    assert run("send", "--to", receiver.url, "no.such.event", "--secret", secret, "--report", str(path)).code == 2
    assert not path.exists()


def test_a_disk_that_is_full_in_the_end_is_no_failure_of_the_receiver(
    run: Any, receiver: Any, secret: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    path.symlink_to("/dev/full")
    done = run("send", "--to", receiver.url, "order.created", "--secret", secret, "--report", str(path))
    assert done.code == 2
    assert done.err.endswith(f"Error: {path}: No space left on device. Correct that, then repeat the command.\n")
