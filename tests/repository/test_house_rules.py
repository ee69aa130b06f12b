"""The repository keeps its own rules."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400


def tracked(*patterns: str) -> list[Path]:
    """The files of the project; in a checkout without git, all that do not look made."""
    listing = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        *patterns,
    ]
    try:
        listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        found = [path for pattern in patterns or ("*",) for path in ROOT.rglob(pattern.removeprefix("**/"))]
        made = re.compile(r"(\.venv|\.git/|__pycache__|node_modules|_cache|\.egg-info|/dist/|\.hypothesis)")
        return [path for path in found if path.is_file() and not made.search(str(path))]
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", tracked("*.py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea_and_not_too_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST
    if path.relative_to(ROOT).parts[0] != "tests":
        assert lines[0].startswith('"""'), "say in a docstring what is in the file"
    assert path.name not in {"utils.py", "helpers.py", "common.py", "misc.py"}


def test_no_text_is_read_or_written_by_the_encoding_of_a_locale() -> None:
    """ruff's PLW1514 asks for the same, but knows few of the paths."""
    found = []
    for path in tracked("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(text)) if re.search(r"\.(read|write)_text\(", text) else ():
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {"read_text", "write_text"}:
                # The encoding comes first where a file is read, second where it is written.
                may_be = len(call.args) > (call.func.attr == "write_text")  # type: ignore[attr-defined]
                if not may_be and all(keyword.arg != "encoding" for keyword in call.keywords):
                    found.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert found == [], 'say encoding="utf-8"'


def test_the_top_level_is_what_a_reader_expects() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {"pyproject.toml", "README.md", "steppay_mock", "schemas", "pytest_plugin", "tests"} <= top
    assert {name for name in top if not name.startswith(".")} <= {
        *(
            "pyproject.toml",
            "README.md",
            "README.ko.md",
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "LICENSE",
        ),
        *("Makefile", "steppay_mock", "schemas", "pytest_plugin", "tests", "examples", "benchmarks", "docs"),
        "requirements",
    }


def test_there_is_no_package_file_in_the_tests() -> None:
    assert tracked("tests/**/__init__.py") == []


def test_no_lock_names_a_registry() -> None:
    locks = tracked("requirements/*.txt", "*package-lock.json")
    assert len(locks) >= 2
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|\"resolved\"", text), lock
        assert "://" not in re.sub(r'"(url|funding)": ("[^"]*"|\{[^}]*\})', "", text), lock


def test_every_version_in_the_lock_is_within_the_range_that_is_promised() -> None:
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    pins = dict(
        line.split(";")[0].strip().split("==")
        for line in (ROOT / "requirements" / "ci.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    for text in wanted:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[requirement.name]), text


def test_both_readmes_have_the_same_shape() -> None:
    def shape(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
        headings = re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
        return [*headings, *blocks]

    assert shape("README.md") == shape("README.ko.md")
