"""The page of the file says what the schema and the command line say, and its examples run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from docs.pages import ROOT, blocks_of, code_in, rows, section

from steppay_mock.contract.schemas import load_schema
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.config import load_config

SCHEMA = load_schema("config.schema.json")["properties"]


def test_the_table_of_the_sender_is_that_of_the_schema_and_of_the_command() -> None:
    from steppay_mock.cli.commands.config import command
    from steppay_mock.cli.options.config_file import parameter_of

    options = {param.name: param for param in command.params if isinstance(param, click.Option)}
    expected = [
        (f"`{name}`", f"`{options[parameter_of(name)].opts[0]}`", f"`{options[parameter_of(name)].envvar}`")
        for name in SCHEMA["sender"]["properties"]
    ]
    assert [row[:3] for row in rows(section("config", "The sender"))] == expected


def test_the_table_of_the_endpoints_is_that_of_the_schema() -> None:
    properties = SCHEMA["endpoints"]["items"]["properties"]
    special = {"name": "", "url": "", "events": "all"}
    special |= dict.fromkeys([*AccessOptions.__annotations__, "basic_auth"], "none")
    shown = {
        name: special[name] if name in special else str(key["default"]).lower() if name == "enabled" else
        f'`"{key["default"]}"`'
        for name, key in properties.items()
    }  # fmt: skip
    expected = [(f"`{name}`", default) for name, default in shown.items()]
    assert [row[:2] for row in rows(section("config", "The endpoints"))] == expected


def test_the_defaults_of_the_sender_are_those_of_the_schema() -> None:
    told = {name.strip("`"): default for name, *_, default in rows(section("config", "The sender"))}
    properties = SCHEMA["sender"]["properties"]
    defaults = {name: one["default"] for name, one in properties.items() if one.get("default") is not None}
    assert list(defaults) == ["concurrency", "timeout", "retries", "keep_alive", "speed"]
    for name, known in defaults.items():
        said = (code_in(told[name]) or told[name].split())[0].strip('"')
        assert said == (str(known).lower() if isinstance(known, bool) else str(known))


def test_the_output_that_the_page_shows_is_that_of_the_command(tmp_path: Path) -> None:
    file, command, output = [block.text for block in blocks_of("config") if block.language in {"toml", "sh", "text"}][
        :3
    ]
    assert command == "steppay-mock config\n"
    (tmp_path / "steppay-mock.toml").write_text(file, encoding="utf-8")
    unset = ("SHOP_URL", "MAIL_SECRET_OLD", "MAIL_SECRET")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [sys.executable, "-m", "steppay_mock.cli", "config"],
        cwd=tmp_path,
        env={**environment, "STEPPAY_WEBHOOK_SECRET": "whsec_test"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    as_shown = done.stdout.replace(str(tmp_path), "/srv/shop")
    assert [line.split() for line in as_shown.splitlines()] == [line.split() for line in output.splitlines()]


def test_what_the_page_shows_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Callable[[Any], str]) -> None:
    def accept(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_test")
    monkeypatch.setenv("SHOP_URL", serve(accept))
    found = list(blocks_of("config"))
    (file,) = (block.text for block in found if block.language == "toml")
    (tmp_path / "steppay-mock.toml").write_text(file, encoding="utf-8")
    assert len(load_config().endpoints) == 2
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in found:
        if block.language == "python":
            exec(compile(block.at_its_place, str(ROOT / "docs" / "config.md"), "exec", dont_inherit=True), namespace)
    _, script = (block.text for block in found if block.language == "sh")
    script = script.replace("steppay-mock schema", f"{sys.executable} -m steppay_mock.cli schema")
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True, timeout=60)
    schema = (tmp_path / "steppay-mock.schema.json").read_bytes()
    assert schema == (ROOT / "schemas" / "config.schema.json").read_bytes()
    assert file.startswith("#:schema ./steppay-mock.schema.json\n")
