"""Text files are read as people save them, and one that is no UTF-8 is told what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import SteppayMockError, load_scenarios, make_event, scenario
from steppay_mock.contract.text_files import BYTE_ORDER_MARK, other_encoding, read_text
from steppay_mock.delivery.config import load_config
from steppay_mock.delivery.schedule import Deliver, Schedule, plan
from steppay_mock.ordering.truth.mapping import load_truth

TOML = '[[endpoints]]\nname = "가게"\nurl = "http://localhost:8000"\n\n[sender]\nrate = 5\n'
EVENT = make_event("order.created", seed=7)
SCHEDULE = json.dumps(plan([EVENT], [Deliver(event=0)]).as_dict(), ensure_ascii=False, indent=1)
MAPPING = '[[rows]]\npath = "$.orders[*]"\nis = "order"\nid = "id"\nfields = { "상태" = "status" }\n'

Read = Callable[[Path], Any]
READERS: dict[str, tuple[str, Read]] = {
    "config": (TOML, lambda path: [(one.name, one.url) for one in load_config(path).endpoints]),
    "schedule": (SCHEDULE, lambda path: Schedule.read(path).events),
    "truth": (MAPPING, lambda path: [(one.path, one.fields) for one in load_truth(path).rows]),
}
CASES = pytest.mark.parametrize(("text", "read"), READERS.values(), ids=READERS)


@CASES
def test_a_file_of_notepad_is_read(text: str, read: Read, tmp_path: Path) -> None:
    file = tmp_path / "plain.toml"
    file.write_bytes(text.encode())
    plain = read(file)
    for name, data in {
        "marked.toml": text.encode("utf-8-sig"),
        "windows.toml": text.replace("\n", "\r\n").encode(),
        "both.toml": text.replace("\n", "\r\n").encode("utf-8-sig"),
    }.items():
        (tmp_path / name).write_bytes(data)
        assert read(tmp_path / name) == plain


@CASES
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-16", "it is UTF-16. Save it as UTF-8. Name a file"),
        ("utf-16-le", "it is UTF-16. Save it as UTF-8. Name a file"),
        ("utf-16-be", "it is UTF-16. Save it as UTF-8. Name a file"),
        ("utf-32", "it is UTF-32. Save it as UTF-8. Name a file"),
        ("cp949", "it is not UTF-8. Line "),
    ],
)
def test_another_encoding_is_named(encoding: str, told: str, text: str, read: Read, tmp_path: Path) -> None:
    file = tmp_path / "steppay-mock.toml"
    file.write_bytes(text.encode(encoding, "ignore"))
    with pytest.raises(SteppayMockError) as failed:
        read(file)
    assert str(failed.value).startswith(f"{file} cannot be read")
    assert f": {told}" in str(failed.value)


@pytest.mark.parametrize("read", [read for _, read in READERS.values()], ids=READERS)
def test_a_file_that_is_not_there_is_told(read: Read, tmp_path: Path) -> None:
    with pytest.raises(
        SteppayMockError, match=r"cannot be read( as a schedule)?: No such file or directory\. Name a file"
    ):
        read(tmp_path / "nothing.toml")
    with pytest.raises(SteppayMockError, match=r"cannot be read( as a schedule)?: Is a directory\. Name a file"):
        read(tmp_path)


@pytest.mark.usefixtures("own_scenarios")
def test_a_scenario_of_notepad_is_read_and_another_encoding_is_told(tmp_path: Path) -> None:
    text = (
        "from steppay_mock import define_scenario\n\n\n"
        '@define_scenario("gift-of-notepad")\n'
        "def tell(store):\n"
        '    """선물 하나를 산다."""\n'
        "    store.checkout()\n"
    )
    file = tmp_path / "notepad.py"
    file.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    load_scenarios(file)
    assert len(scenario("gift-of-notepad", seed=7)) > 1
    for encoding in ("utf-16", "cp949"):
        file.write_bytes(text.encode(encoding))
        with pytest.raises(
            SteppayMockError, match=r"notepad\.py cannot be run: SyntaxError: .*Correct it, and try: python"
        ):
            load_scenarios(file)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", None),
        (b"a", None),
        (b"\0", None),
        (b"ab", None),
        (b"\0\0", None),
        (BYTE_ORDER_MARK + b"a", None),
        (b"a\0", "UTF-16"),
        (b"\0a", "UTF-16"),
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
        (b"\xff\xfea\0", "UTF-16"),
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
        ("김".encode(), None),
        (b"\xb1\xe8", None),
    ],
)
def test_the_first_bytes_show_the_encoding(data: bytes, name: str | None) -> None:
    assert other_encoding(data) == name


def read(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return read_text(path, next_step="Go on.", what="a list")


def test_a_text_has_no_mark_and_line_ends_of_one_character(tmp_path: Path) -> None:
    assert read(tmp_path / "a", BYTE_ORDER_MARK + "가\r\n나\r다\n".encode()) == "가\n나\r다\n"
    assert read(tmp_path / "a", BYTE_ORDER_MARK * 2) == "\ufeff"


@pytest.mark.parametrize(("data", "line"), [(b"\xb1", 1), (b"a\nb\xb1\n", 2), (b"\n\n\n\xb1", 4)])
def test_the_first_wrong_byte_is_told_with_its_line(data: bytes, line: int, tmp_path: Path) -> None:
    with pytest.raises(SteppayMockError) as failed:
        read(tmp_path / "a", data)
    assert str(failed.value) == (
        f"{tmp_path / 'a'} cannot be read as a list: it is not UTF-8. Line {line} has the byte 0xb1. Save it as UTF-8; "
        "what Windows calls ANSI is another encoding. Go on."
    )
    with pytest.raises(SteppayMockError, match="a cannot be read: it is not UTF-8"):
        read_text(tmp_path / "a", next_step="Go on.")


def test_a_path_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(SteppayMockError, match=r"cannot be read: .*null (byte|character).*\. Go on\.$"):
        read_text(f"{tmp_path}/\0", next_step="Go on.")
    with pytest.raises(SteppayMockError, match=r"cannot be read: No such file or directory\. Go on\.$"):
        read_text(tmp_path / "none", next_step="Go on.")
