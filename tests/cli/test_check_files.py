"""``check`` writes its card to files: a web page, JUnit XML, SARIF and a badge; its JSON has a published schema."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from cli.conftest import Receiver, Run
from cli.shop import urls
from jsonschema import Draft202012Validator

from steppay_mock import schema_dir

FEW = ("--only", "signature", "--only", "rotation", "--events", "payment.completed", "--quick")
FINDING = "signature/verifies-nothing"


@pytest.mark.usefixtures("shop")
def test_every_file_has_the_findings_of_the_card(run: Run, receiver: Receiver, secret: str, tmp_path: Path) -> None:
    names = {one: tmp_path / f"card.{one}" for one in ("html", "junit", "sarif", "badge")}
    words = [word for name, path in names.items() for word in (f"--{name}", str(path))]
    done = run("check", *urls(receiver), "--secret", secret, *FEW, *words, "--sarif-location", "shop/hooks.py")
    assert (done.code, FINDING in done.out) == (1, True), done.err
    told = {name: path.read_text(encoding="utf-8") for name, path in names.items()}
    assert FINDING in told["html"]
    assert '<html lang="en">' in told["html"]
    assert {one.attrib["type"] for one in fromstring(told["junit"]).iter("failure")} == {FINDING}
    (result,) = json.loads(told["sarif"])["runs"][0]["results"]
    assert result["ruleId"] == FINDING
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/hooks.py"
    assert "1 to mend" in fromstring(told["badge"]).attrib["aria-label"]
    assert secret not in "".join(told.values())


@pytest.mark.usefixtures("shop")
def test_the_page_can_be_korean_and_json_is_printed_beside_it(
    run: Run, receiver: Receiver, secret: str, tmp_path: Path
) -> None:
    page, log = tmp_path / "card.html", tmp_path / "card.sarif"
    words = ("--html", str(page), "--html-lang", "ko", "--sarif", str(log), "--json")
    done = run("check", "--to", receiver.url, "--secret", secret, "--quick", "--only", "rotation", *words)
    assert done.json["headline"] in done.err
    assert "통과: 점검 4개 중" in page.read_text(encoding="utf-8")
    assert json.loads(log.read_text(encoding="utf-8"))["runs"][0]["properties"]["headline"] == done.json["headline"]


def test_files_are_written_where_nothing_answers(run: Run, free_port: int, secret: str, tmp_path: Path) -> None:
    path = tmp_path / "card.xml"
    done = run("check", "--to", f"http://127.0.0.1:{free_port}", "--secret", secret, "--junit", str(path))
    assert done.code == 3
    assert [one.attrib["type"] for one in fromstring(path.read_text(encoding="utf-8")).iter("failure")] == [
        "control/no-answer"
    ]


def test_the_json_is_valid_by_its_schema_with_a_baseline_too(
    run: Run, receiver: Receiver, secret: str, tmp_path: Path
) -> None:
    words = ("check", "--to", receiver.url, "--secret", secret, "--only", "rotation", "--json")
    schema = json.loads((Path(str(schema_dir())) / "scorecard.schema.json").read_text(encoding="utf-8"))
    card = tmp_path / "card.json"
    card.write_bytes(run(*words).raw)
    told = run(*words, "--baseline", str(card)).json
    assert set(schema["properties"]) == set(told)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(told)] == []
