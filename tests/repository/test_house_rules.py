"""The repository keeps its own rules."""

import ast
import re
import subprocess
from pathlib import Path

from repository.source_tree import check_offences

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


def test_a_file_is_one_idea_and_not_too_long() -> None:
    found = {}
    files = tracked("*.py")
    assert len(files) > 700
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LONGEST:
            found[f"{name}: length"] = (
                f"{name} has {len(lines)} lines, at most {LONGEST} are allowed. Split it by ideas."
            )
        if not name.startswith("tests/") and not lines[0].startswith('"""'):
            found[f"{name}: docstring"] = f"{name} begins without a docstring. Say in one what is in the file."
        if path.name in {"utils.py", "helpers.py", "common.py", "misc.py"}:
            found[f"{name}: name"] = f"{name} is named after nothing. Name it after what is in it."
    check_offences("a file is one idea, at most 400 lines, named after it", found)


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
        *(
            "Dockerfile",
            "Makefile",
            "steppay_mock",
            "schemas",
            "pytest_plugin",
            "tests",
            "examples",
            "benchmarks",
            "docs",
        ),
        "requirements",
    }


def test_there_is_no_package_file_in_the_tests() -> None:
    assert tracked("tests/__init__.py", "tests/**/__init__.py") == []


def test_both_readmes_have_the_same_shape() -> None:
    def shape(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
        headings = re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
        return [*headings, *blocks]

    assert shape("README.md") == shape("README.ko.md")
