"""docs/generators.md names the versions that the tests run with, and every generator has its section."""

from __future__ import annotations

import json
import re

from docs.pages import ROOT, page
from generators.reader import HERE

_VERSIONS = re.compile(r"The versions that were tested: (.*?)\.\n\n", re.DOTALL)
_NAMES = {
    "TypeScript": "typescript",
    "swagger-parser": "@apidevtools/swagger-parser",
    "Swagger UI": "swagger-ui-dist",
}


def locked() -> dict[str, str]:
    """The versions of the locks, by the name of the package."""
    found: dict[str, str] = {}
    for folder in ("generators", "ajv"):
        found |= json.loads((HERE.parent / folder / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lines = (ROOT / "requirements" / "ci.txt").read_text(encoding="utf-8").splitlines()
    return found | dict(line.partition(";")[0].strip().split("==") for line in lines)


def test_the_versions_on_the_page_are_those_of_the_locks() -> None:
    (sentence,) = _VERSIONS.findall(page("generators"))
    named = re.findall(r"([A-Za-z][A-Za-z-]*(?: UI)?) (\d+(?:\.\d+)*)", sentence)
    assert len(named) == 9
    versions = locked()
    for name, version in named:
        assert f"{versions[_NAMES.get(name, name)]}.".startswith(f"{version}."), name


def test_every_generator_of_the_lock_is_on_the_page_but_for_the_browser() -> None:
    packages = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    words = {package: word for word, package in _NAMES.items()}
    text = page("generators")
    assert {name for name in packages if words.get(name, name) not in text} == {"happy-dom"}
