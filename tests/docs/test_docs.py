"""What a page shows runs, what it links to exists."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from docs.pages import BLOCK, ROOT, Block, blocks_of, run_python

PAGES = sorted(
    [
        *ROOT.glob("docs/*.md"),
        *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "schemas/README.md")),
    ]
)
# The pages of the command line, of pytest and of generators have tests of their own; that of facts is tables.
RUN = (
    *("schemas", "payloads", "signatures", "delivery", "store", "scenarios", "fidelity", "rest-api", "v1"),
    "sandbox",
    *("ordering", "ordering-races", "ordering-costs", "lambda", "check"),
)
NODE_MODULES = ROOT / "tests" / "ajv" / "node_modules"

_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_HOME = re.compile(r"(?<![\w.>/])/(?:home|root|tmp|work|Users|opt|var|mnt)/")


def blocks(*languages: str, pages: tuple[str, ...] = RUN) -> list[Block]:
    return [block for page in pages for block in blocks_of(page) if block.language in languages]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get where it is shown."""
    headings = _HEADING.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))
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
def test_the_python_of_a_page_runs_from_top_to_bottom_and_prints_what_it_shows(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run_python(page, capsys)


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


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_the_toml_of_a_page_is_toml(block: Block) -> None:
    tomllib.loads(block.text)


def test_the_commands_about_scenarios_of_ones_own_run_with_the_file_that_is_shown(reader: Path) -> None:
    [file] = [block.text for block in blocks("python") if block.text.startswith("# stories.py\n")]
    (reader / "stories.py").write_text(file, encoding="utf-8")
    [script] = [block.text for block in blocks("sh") if "--from stories.py" in block.text]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "gift-then-regret" in done.stdout


def test_every_block_names_a_language_that_is_looked_after() -> None:
    pages = tuple(page.stem for page in PAGES if page.parent.name == "docs" and page.stem not in {"cli", "pytest"})
    known = {"python", "js", "ts", "json", "sh", "text", "toml", "mermaid"}
    assert {block.language for page in pages for block in blocks_of(page)} == known


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = _LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))
    assert links
    for link in links:
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


@pytest.mark.parametrize("line", ["in /home/kim/shop", "cd /tmp/shop", "`/Users/kim`: the shop"])
def test_a_path_of_a_machine_is_noticed(line: str) -> None:
    assert _HOME.search(line)
