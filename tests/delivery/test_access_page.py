"""The page of doors says which options there are, and its Python and its file let in."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from delivery.doors import AUTHORITY, BOTH, over_tls
from docs.pages import ROOT, blocks_of, code_in, page, rows
from werkzeug import Request, Response

from steppay_mock import Sender, make_events
from steppay_mock.cli.options.access import AccessWords
from steppay_mock.delivery.address.access import AccessOptions

PYTHON, TOML = (next(one for one in blocks_of("staging") if one.language == kind) for kind in ("python", "toml"))


def test_the_table_has_every_option() -> None:
    table = rows(page("staging"))
    assert (
        [code_in(row[0])[0] for row in table]
        == list(AccessOptions.__annotations__)
        == list(AccessWords.__dataclass_fields__)
    )


def test_what_the_page_shows_lets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []

    @Request.application
    def receiver(request: Request) -> Response:
        user = request.authorization
        came.append(f"{request.headers['x-door']} {user.username if user else ''} {user.password if user else ''}")
        return Response(status=204)

    monkeypatch.chdir(tmp_path)
    for name, value in {"WEBHOOK_SECRET": "s", "DOOR": "key", "PASSWORD": "pass"}.items():
        monkeypatch.setenv(f"STEPPAY_{name}" if name == "WEBHOOK_SECRET" else f"STAGING_{name}", value)
    shutil.copy(AUTHORITY, "staging-ca.pem")
    shutil.copy(BOTH, "client.pem")
    with over_tls(receiver) as url:
        text = PYTHON.at_its_place.replace("https://127.0.0.1:8443", url)
        exec(compile(text, str(ROOT / "docs" / "staging.md"), "exec"), {"__name__": "__main__"})
        Path("steppay-mock.toml").write_text(TOML.text.replace("https://127.0.0.1:8443", url), encoding="utf-8")
        Sender.from_config().send(make_events("order.created", seed=7)).assert_ok()
    assert came == ["key kim pass"] * 28
    assert tomllib.loads(TOML.text)["endpoints"][0].keys() >= {"headers", "basic_auth", "ca_file", "client_cert"}
