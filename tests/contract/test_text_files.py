"""Text files are read as people save them, and one that is no UTF-8 is told what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import SteppayMockError, load_scenarios, make_event, scenario
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
