"""The version is the same in the package, pyproject.toml, the OpenAPI document and the change log."""

from __future__ import annotations

import json
import re
import tomllib

from repository.test_house_rules import ROOT

from steppay_mock import __version__


def test_every_file_that_has_the_version_has_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    document = json.loads((ROOT / "schemas" / "openapi.json").read_text(encoding="utf-8"))
    newest = re.search(
        r"^## (?:\[Unreleased\] )?\[?([\d.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert newest is not None
    found = {
        "pyproject.toml": project["version"],
        "schemas/openapi.json": document["info"]["version"],
        "CHANGELOG.md": newest[1],
    }
    assert found == dict.fromkeys(found, __version__), "CONTRIBUTING.md has the steps of a release"
