"""ARCHITECTURE.md and CONTRIBUTING.md name files that exist, and the glossary names the classes that exist."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from repository.source_tree import ROOT, check_offences, make_tree, package_modules
from repository.test_house_rules import tracked

import steppay_mock

PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
OF_USERS = {"steppay-mock.toml"}
"""Files that users have and this repository has not."""

_ANY_NAME = re.compile(r"<[^>]+>|payment\.disputed")  # CONTRIBUTING.md adds an event of that name as its example
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_FILE = re.compile(r"[\w.*<>-]+(?:/[\w.*<>-]+)*\.(?:py|md|json|toml|txt|sha256|yml)|[\w.<>-]+(?:/[\w.<>-]+)+/?|[\w-]+/")
_ROW = re.compile(r"^\| (?P<word>[^|]+?) \| (?P<meaning>[^|]+?) \|(?P<classes>[^|]*)\|$", re.MULTILINE)


def mentioned_files(text: str) -> Iterator[str]:
    """The files and folders that a page names in code and in links; ``<name>`` is for any name."""
    for code in _CODE.findall(_FENCED.sub("", text)):
        if _FILE.fullmatch(code):
            yield _ANY_NAME.sub("*", code.rstrip("/"))
    yield from _LINK.findall(text)


def file_offences(root: Path, pages: Iterable[str], files: Iterable[Path]) -> dict[str, str]:
    """A message for each file or folder that a page names, in full or by the end of its path, and that is not there."""
    paths = {path.relative_to(root).as_posix() for path in files}
    paths |= {parent.as_posix() for path in paths for parent in Path(path).parents}
    found = {}
    for page in pages:
        for name in mentioned_files((root / page).read_text(encoding="utf-8")):
            exists = name in OF_USERS or any(fnmatch(path, name) or fnmatch(path, f"*/{name}") for path in paths)
            if not exists:
                found[f"{page}: {name}"] = f"{page} names {name}, which does not exist. Name the file where it is now."
    return found


def read_glossary(text: str) -> list[tuple[str, list[str]]]:
    """The words of the table below ``## Glossary``, each with its classes."""
    _, heading, rest = text.partition("\n## Glossary\n")
    assert heading, "ARCHITECTURE.md has no section '## Glossary'. Write one with a table | word | meaning | class |"
    section = rest.partition("\n## ")[0]
    rows = [(row["word"], _CODE.findall(row["classes"])) for row in _ROW.finditer(section)]
    assert rows[:1] == [("word", [])], "The glossary needs a table with the heading | word | meaning | class |"
    return [row for row in rows[1:] if not set(row[0]) <= set("- ")]


def glossary_offences(text: str, *, classes: set[str], exported: Iterable[str]) -> dict[str, str]:
    """A message for each word that stands twice, class that does not exist, and exported class without a row."""
    rows = read_glossary(text)
    words = [word for word, _ in rows]
    named = [name for _, names in rows for name in names]
    found = {
        word: f"The glossary has the word {word!r} twice. Leave one row." for word in words if words.count(word) > 1
    }
    for name in named:
        if name not in classes:
            found[f"{name} is missing"] = f"The glossary names the class {name}, which does not exist. Correct the row."
        if named.count(name) > 1:
            found[f"{name} twice"] = f"The glossary has the class {name} in two rows. One thing has one word."
    for name in exported:
        if name not in named:
            found[f"{name} has no row"] = f"steppay_mock exports {name}, and the glossary has no row for it. Add one."
    return found


def test_every_file_that_a_page_names_exists() -> None:
    check_offences("pages", file_offences(ROOT, PAGES, tracked()))


def test_the_glossary_has_each_word_once_and_every_exported_class() -> None:
    exported = [name for name in steppay_mock.__all__ if isinstance(getattr(steppay_mock, name), type)]
    classes = {name for module in package_modules() for name in module.classes()}
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    check_offences("glossary", glossary_offences(text, classes=classes, exported=exported))


def test_a_file_that_does_not_exist_is_found_in_code_and_in_links(tmp_path: Path) -> None:
    page = (
        "`store/log.py`, `log.py`, `shop/*.py`, `shop/`, `<name>/log.py` and `steppay-mock.toml` are there, "
        "`make test`, `a.b` and `/webhooks` are no files.\n```sh\ncat gone/away.txt\n```\n"
        "`store/logs.py`, `gone/`, [a page](docs/gone.md#part) and [this one](PAGE.md) are not."
    )
    root = make_tree(tmp_path, {"shop/store/log.py": "", "PAGE.md": page})
    offences = file_offences(root, ["PAGE.md"], [path for path in root.rglob("*") if path.is_file()])
    assert list(offences) == ["PAGE.md: store/logs.py", "PAGE.md: gone", "PAGE.md: docs/gone.md"]


def test_what_is_wrong_with_a_glossary_is_found() -> None:
    table = (
        "# Page\n\n## Glossary\n\n| word | meaning | class |\n| --- | --- | --- |\n"
        "| order | one purchase | `Order` |\n| order | a sequence | |\n| bag | the order's lines | `Order`, `Bag` |\n"
        "\n## Next\n\n| Other | table | `X` |\n"
    )
    offences = glossary_offences(table, classes={"Order"}, exported=["Order", "Store"])
    assert list(offences) == ["order", "Order twice", "Bag is missing", "Store has no row"]
