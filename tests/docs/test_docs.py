"""What a page shows runs, what it links to exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("docs/*.md"),
        *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "schemas/README.md")),
    ]
)
RUN = ("schemas", "payloads", "signatures", "delivery")  # the pages of the command line and of pytest have own tests
NODE_MODULES = ROOT / "tests" / "ajv" / "node_modules"

_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_HOME = re.compile(r"(?<![\w.>/])/(?:home|root|tmp|work|Users|opt|var|mnt)/")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page, and the line on which its content begins."""

    page: str
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def at_its_place(self) -> str:
        """The text below as many empty lines as stand above it, so that tracebacks name lines of the page."""
        return "\n" * (self.line - 1) + self.text


def blocks(*languages: str, pages: tuple[str, ...] = RUN) -> list[Block]:
    return [block for page in pages for block in blocks_of(page) if block.language in languages]


def blocks_of(page: str) -> Iterator[Block]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        yield Block(page, match[1], match[2], text.count("\n", 0, match.start(2)) + 1)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get where it is shown."""
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder, with the schemas and the packages of Node in it, as the place where commands run."""
    (tmp_path / "schemas").symlink_to(ROOT / "schemas", target_is_directory=True)
    (tmp_path / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def _node(request: pytest.FixtureRequest) -> None:
    if shutil.which("node") is None:
        missing = "Node is not installed. Install Node 20 or newer, then: npm ci --prefix tests/ajv"
    elif not (NODE_MODULES / "ajv").is_dir():
        missing = "ajv is not installed. Install it: npm ci --prefix tests/ajv"
    else:
        return
    if request.config.getoption("--require-tools", default=False):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.mark.parametrize("page", RUN)
@pytest.mark.usefixtures("reader")
def test_the_python_of_a_page_runs_from_top_to_bottom(page: str) -> None:
    found = blocks("python", pages=(page,))
    assert found
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in found:
        exec(compile(block.at_its_place, str(ROOT / "docs" / f"{page}.md"), "exec", dont_inherit=True), namespace)


@pytest.mark.node
@pytest.mark.usefixtures("_node")
@pytest.mark.parametrize("block", blocks("js"), ids=str)
def test_the_javascript_of_a_page_runs(block: Block, reader: Path) -> None:
    script = reader / f"{block.page}.mjs"
    script.write_text(block.at_its_place, encoding="utf-8")
    done = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_python_and_javascript_are_both_shown() -> None:
    assert {block.page for block in blocks("js")} == {"schemas", "signatures"}


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_the_json_of_a_page_is_json(block: Block) -> None:
    json.loads(block.text)


def test_every_block_names_a_language_that_is_looked_after() -> None:
    pages = tuple(page.stem for page in PAGES if page.parent.name == "docs" and page.stem not in {"cli", "pytest"})
    assert {block.language for page in pages for block in blocks_of(page)} <= {"python", "js", "json", "sh", "text"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{name(page)} links to {link}, which does not exist"
        assert not anchor or anchor in anchors(target), f"{name(page)} links to {link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_mentions_a_path_of_this_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if str(ROOT) in line or _HOME.search(line)] == []
