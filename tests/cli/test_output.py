"""What is written to a terminal, to a pipe and to files: every byte of it, in lines that a program can read."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from cli.terminals import Terminal
from hypothesis import given, settings
from hypothesis import strategies as st

from steppay_mock.cli.options.access import AccessWords
from steppay_mock.cli.options.address import at_terminal, read_address
from steppay_mock.cli.options.seeds import drawn_seed, say_seed
from steppay_mock.cli.options.served_api import ServedApi
from steppay_mock.cli.options.signing import Signing
from steppay_mock.cli.sender_run import SenderCommand
from steppay_mock.cli.show import listing, terminal
from steppay_mock.cli.show.event_formats import RequestFormat
from steppay_mock.cli.show.listing import write_listing
from steppay_mock.cli.show.plan import CommandReceiver
from steppay_mock.cli.show.report_files import ReportLine, write_file, write_reports, xml_text
from steppay_mock.cli.show.terminal import counted, printable, write, write_table
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.ordering.report.junit import junit_case, junit_xml


class Stingy(io.RawIOBase):
    """A raw stream that takes a few bytes at a time, and now and then none, as one that is not buffered may."""

    def __init__(self) -> None:
        self.taken = b""
        self._calls = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int | None:
        self._calls += 1
        if self._calls % 3 == 0:
            return None
        self.taken += bytes(data[:4])
        return len(data[:4])


def stream_of(raw: Any) -> io.TextIOBase:
    """Standard output as PYTHONUNBUFFERED makes it."""
    return io.TextIOWrapper(raw, encoding="utf-8", write_through=True)


def test_every_byte_is_written_however_few_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stingy()
    monkeypatch.setattr(sys, "stdout", stream_of(stream))
    write(bytes(range(100)))
    assert stream.taken == bytes(range(100))


def test_nothing_is_written_where_there_is_no_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    write(b"lost")
    write_table(("A",), [("lost",)])


@given(st.text())
@settings(deadline=None)
def test_what_is_shown_can_be_shown_and_moves_no_cursor(text: str) -> None:
    shown = printable(text)
    assert shown.encode().decode() == shown
    assert all(letter.isprintable() or letter in "\t\n" or ord(letter) >= 0xA0 for letter in shown)
    assert shown == printable(shown)
    assert shown == text or "\\u" in shown
    assert printable(f"a{text}b") == f"a{shown}b"


def test_an_escape_has_four_digits() -> None:
    assert printable("\x1b[31m\ud800\x9f\t\n\u202e") == "\\u001b[31m\\ud800\\u009f\t\n\\u202e"


def test_one_is_counted_without_an_s() -> None:
    assert [counted(count, "event") for count in (0, 1, 2)] == ["0 events", "1 event", "2 events"]


@pytest.mark.parametrize("length", [5, 150, 250, 5_000])
def test_a_row_of_a_table_is_one_line_however_long_it_is(length: int, capsysbinary: Any) -> None:
    long = "ab cd " * (length // 6)
    rows = [("1", long, "x"), ("22", "김 [bold]:smile:[/] 5", "y"), ("3", "\x1b", "")]
    write_table(("#", "Text", "End"), rows, right=frozenset({"#"}), wraps=frozenset({"Text"}))
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[1].split() == ["1", *long.split(), "x"]
    assert lines[2].startswith("22  김 [bold]:smile:[/] 5  ")
    assert lines[3] == " 3  \\u001b"
    assert lines[0].startswith(" #  Text  ")
    assert len(lines) == 4


class TerminalOfBytes(io.TextIOWrapper):
    """A terminal whose locale has no Hangul."""

    def isatty(self) -> bool:
        return True


def test_a_table_at_a_terminal_shows_texts_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    shown = TerminalOfBytes(written, encoding="ascii")
    monkeypatch.setenv("COLUMNS", "31")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", shown)
    write_table(("Name", "Text"), [("order.created", "[b]:x:[/b] " + "12 " * 9)], wraps=frozenset({"Text"}))
    text = written.getvalue().decode()
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in text.splitlines()]
    assert lines[1] == "order.created  [b]:x:[/b] 12 12"
    assert " ".join(lines[2:]).split() == ["12"] * 7
    assert max(map(len, lines)) <= 31
    assert text.splitlines()[1].rstrip() == lines[1]  # nothing of a text is coloured


def test_a_table_loses_nothing_at_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", TerminalOfBytes(written, encoding="utf-8"))
    row = ("subscription-renewal-fails-then-recovers", "A renewal fails.", "2", "UNPAID")
    write_table(("Scenario", "What happens", "#", "Status"), [row], wraps=frozenset({"What happens"}))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", written.getvalue().decode()).splitlines()
    assert lines[1].split("  ") == list(row)


@pytest.mark.parametrize(
    ("closed", "ci", "expected"),
    [((), "", True), (("stdin",), "", False), (("stderr",), "", False), ((), "1", False)],
)
def test_a_person_is_there_if_both_streams_are_a_terminal(
    closed: tuple[str, ...],
    ci: str,
    expected: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", ci)
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO() if name in closed else Terminal())
    assert at_terminal() == expected
    for name in closed:
        monkeypatch.setattr(sys, name, None)
        assert not at_terminal()


@pytest.mark.parametrize("count", [0, 1, 2, 30])
@pytest.mark.parametrize("room", [1, 10_000])
def test_a_listing_is_the_json_of_all_its_items(
    count: int, room: int, capsysbinary: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_IN_MEMORY", room)
    monkeypatch.setattr(listing, "_CHUNK", 7)
    items = [{"place": place, "이름": ["a\nb"] * place} for place in range(count)]
    write_listing("items", iter(items), before=lambda: {"count": count})
    whole = json.dumps({"count": count, "items": items}, indent=2, ensure_ascii=False)
    assert capsysbinary.readouterr().out.decode() == whole + "\n"


def test_a_listing_whose_item_fails_is_not_begun(capsysbinary: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        write_listing("items", (1 // place for place in (1, 0)), before=dict)
    assert capsysbinary.readouterr().out == b""


def line(state: str, *, number: int | None = None, event: str = "order.created", **also: Any) -> ReportLine:
    answer = {"SUCCESS": "204", "FAIL": f"500 of {number}", "PENDING": "no outcome yet"}[state]
    given: dict[str, Any] = {"seconds": 0.5, "receiver": "shop", **also}
    return ReportLine(number=number, event=event, state=state, answer=answer, **given)


def cases(lines: list[ReportLine], *, count: int, path: Path) -> list[tuple[Any, ...]]:
    """The cases of the report: class, name, time, and the element that says that it did not pass, if there is one."""
    from xml.etree import ElementTree as ET

    write_reports([path], {"elapsed": 1.25}, lambda: lines, count=count, name="a test")
    (suite,) = ET.parse(path).getroot()
    children = [[(one.tag, one.get("type"), one.get("message")) for one in case] for case in suite]
    told = [child[0][0] if child else "" for child in children]
    assert [suite.get(name) for name in ("name", "tests", "time")] == ["a test", str(len(suite)), "1.2500"]
    assert [suite.get(name) for name in ("failures", "errors")] == [
        str(told.count("failure")),
        str(told.count("error")),
    ]
    return [
        (case.get("classname"), case.get("name"), case.get("time"), *child)
        for case, child in zip(suite, children, strict=True)
    ]


def test_of_few_deliveries_each_is_a_case_of_junit(tmp_path: Path) -> None:
    lines = [line("SUCCESS", number=1), line("FAIL", number=2), line("PENDING"), line("FAIL", times=3, seconds=None)]
    assert cases(lines, count=300, path=tmp_path / "r.xml") == [
        ("shop", "1 order.created", "0.5000"),
        ("shop", "2 order.created", "0.5000", ("failure", "delivery", "500 of 2")),
        ("shop", "order.created", "0.5000", ("error", "pending", "no outcome yet: resume the run")),
        ("shop", "order.created", "0.0000", ("failure", "delivery", "3 of 3 failed, 500 of None")),
    ]


def test_of_many_deliveries_each_type_of_a_receiver_is_a_case_of_junit(tmp_path: Path) -> None:
    lines = [
        *(line("SUCCESS", number=1), line("FAIL", number=2), line("FAIL", number=3), line("PENDING", times=2)),
        line("SUCCESS", number=4, event="order.created, again"),
        *(line("PENDING", receiver="mail"), line("SUCCESS", event="order.updated", times=7)),
    ]
    assert cases(lines, count=301, path=tmp_path / "r.xml") == [
        ("shop", "order.created", "2.5000", ("failure", "delivery", "2 of 6 failed, 500 of 2")),
        ("mail", "order.created", "0.5000", ("error", "pending", "no outcome yet: resume the run")),
        ("shop", "order.updated", "0.5000"),
    ]


def test_a_report_that_cannot_be_written_keeps_no_other_from_being_written(tmp_path: Path) -> None:
    paths = [tmp_path / "gone" / "1.json", tmp_path / "2.json", tmp_path / "off" / "3.xml", tmp_path / "4.xml"]
    with pytest.raises(OSError, match="No such file") as failed:
        write_reports(paths, {"ok": True}, list, count=0, name="a test")
    assert failed.value.filename == str(paths[0])
    assert json.loads(paths[1].read_bytes()) == {"ok": True}
    assert paths[1].read_bytes().endswith(b"}\n")
    assert b'tests="0" failures="0" errors="0" skipped="0" time="0.0000"' in paths[3].read_bytes()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory") as failed:
        write_file(tmp_path, b"")
    assert failed.value.filename == str(tmp_path)


def test_xml_holds_what_it_can() -> None:
    assert xml_text("a\x00\ufffe\uffff<김>") == "a\\u0000??<김>"
    case = junit_case(xml_text("\x1b"), "\ufffe", seconds=0.00005)
    written = junit_xml([case], name="n", seconds=2)
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert '<testcase classname="\\u001b" name="\ufffd" time="0.0001" />' in written
    assert written.endswith("\n  </testsuite>\n</testsuites>\n")


def test_a_seed_that_is_drawn_has_at_most_nine_digits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.SystemRandom.randrange", lambda _self, end: end - 1)
    seed = drawn_seed()
    say_seed(seed)
    assert (seed, capsys.readouterr().err) == (999_999_999, "seed 999999999 (repeat with --seed 999999999)\n")


HIDDEN = "whsec_never_shown"


def test_no_object_of_a_command_shows_a_secret_in_its_representation() -> None:
    address = read_address("http://localhost:8000", access={"headers": {"X-Door": HIDDEN}, "auth": ("kim", HIDDEN)})
    endpoint = Endpoint(url="http://localhost:8000", secret=HIDDEN)
    words = AccessWords(
        headers=(("X-Door", HIDDEN),),
        auth=("kim", HIDDEN),
        ca_file=None,
        client_cert=None,
        client_key=None,
        proxy=f"http://kim:{HIDDEN}@localhost",
    )
    for one in (
        words,
        ServedApi(serve_api=True, api_port=0, api_token=HIDDEN),
        Signing(given=(HIDDEN,), unsigned=False, config=None),
        RequestFormat(address=address, secrets=(HIDDEN,), timestamp=None, seed=7),
        CommandReceiver(endpoint=address, secrets=(HIDDEN,)),
        SenderCommand(endpoints=[endpoint], options={}, journal=None, unsigned=False, as_json=False),
    ):
        assert HIDDEN not in repr(one)
        assert type(one).__name__ in repr(one)
    assert terminal.printable(HIDDEN) == HIDDEN
