"""jsonschema, jsonschema-rs, ajv and this project give the same answer about every payload."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from agreement.corpus import Case
from agreement.judges import Judge, by_ajv, by_jsonschema, by_jsonschema_rs, ours
from agreement.mutate import FAULTS

from steppay_mock import EventType
from steppay_mock.contract.bundle import bundle_all, bundle_event
from steppay_mock.contract.schemas import Schema

pytestmark = [pytest.mark.exhaustive, pytest.mark.extra("fast")]  # alike on every Python

PYTHON_JUDGES: dict[str, Judge] = {
    "jsonschema over the files": by_jsonschema,
    "jsonschema-rs over the files": by_jsonschema_rs,
    "steppay-mock by jsonschema": ours("jsonschema"),
    "steppay-mock by jsonschema-rs": ours("jsonschema-rs"),
}

# Faults that the contract has to bear: the vendor adds fields, and 10000.0 is as good as 10000.
SELDOM_WRONG = {"unknown-field"}


def assert_all(cases: list[Case], answers: list[bool], *, judge: str, valid: bool) -> None:
    wrong = [str(case) for case, answer in zip(cases, answers, strict=True) if answer is not valid]
    assert not wrong, f"{judge}: {len(wrong)} of {len(cases)} should be {'valid' if valid else 'refused'}:\n{wrong[0]}"


def assert_same(cases: list[Case], answers: dict[str, list[bool]]) -> None:
    apart = [
        f"{dict(zip(answers, given, strict=True))}\n  {case}"
        for case, given in zip(cases, zip(*answers.values(), strict=True), strict=True)
        if len(set(given)) > 1
    ]
    assert not apart, f"{len(apart)} of {len(cases)} payloads are judged differently:\n" + "\n".join(apart[:5])


def event_bundles() -> dict[str, Schema]:
    return {str(event): bundle_event(event) for event in EventType}


def of_all(cases: list[Case]) -> dict[str, list[bool]]:
    return {name: judge(cases) for name, judge in PYTHON_JUDGES.items()}


def test_valid_examples_are_valid_for_every_judge(valid_examples: list[Case]) -> None:
    assert {case.event for case in valid_examples} == set(EventType)
    for judge, answers in of_all(valid_examples).items():
        assert_all(valid_examples, answers, judge=judge, valid=True)


def test_rejected_examples_are_refused_by_every_judge(rejected_examples: list[Case]) -> None:
    assert {Path(case.name).parts[1] for case in rejected_examples} == set(EventType)
    for judge, answers in of_all(rejected_examples).items():
        assert_all(rejected_examples, answers, judge=judge, valid=False)


def test_generated_payloads_are_valid_for_every_judge(generated: list[Case]) -> None:
    assert len(generated) == 5_000
    assert {case.event for case in generated} == set(EventType)
    for judge, answers in of_all(generated).items():
        assert_all(generated, answers, judge=judge, valid=True)


def test_every_judge_gives_the_same_answer_about_mutants(mutants: list[Case]) -> None:
    assert len(mutants) == 5_000
    assert_same(mutants, of_all(mutants))


def test_mutants_of_every_kind_are_refused_and_some_are_accepted(mutants: list[Case]) -> None:
    answers = by_jsonschema_rs(mutants)
    refused = sum(not answer for answer in answers)
    assert 0.4 * len(mutants) < refused < 0.9 * len(mutants)
    outcomes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for case, answer in zip(mutants, answers, strict=True):
        outcomes[answer][case.name.partition(" in ")[0]] += 1
    for fault in FAULTS:
        assert fault in SELDOM_WRONG or outcomes[False][fault] >= 20, f"{fault}: {outcomes[False][fault]} refused"
    assert outcomes[True]["unknown-field"] >= 20


@pytest.mark.node
@pytest.mark.usefixtures("_needs_ajv")
def test_ajv_gives_the_same_answers(
    valid_examples: list[Case], rejected_examples: list[Case], generated: list[Case], mutants: list[Case]
) -> None:
    cases = [*valid_examples, *rejected_examples, *generated, *mutants]
    # jsonschema-rs stands for all the others, which agree with it by the tests above, as it is the quickest.
    assert_same(cases, {"ajv": by_ajv(cases), "jsonschema-rs": by_jsonschema_rs(cases)})


@pytest.mark.node
@pytest.mark.usefixtures("_needs_ajv")
@pytest.mark.parametrize("bundles", [event_bundles, lambda: {"all": bundle_all()}], ids=["one an event", "one for all"])
def test_ajv_gives_the_same_answers_from_bundles(
    tmp_path: Path, bundles: Callable[[], dict[str, Schema]], valid_examples: list[Case], rejected_examples: list[Case]
) -> None:
    for name, document in bundles().items():
        (tmp_path / f"{name}.schema.json").write_text(json.dumps(document), "utf-8")
    answers = by_ajv([*valid_examples, *rejected_examples], folder=tmp_path, bundles=True)
    assert_all(valid_examples, answers[: len(valid_examples)], judge="ajv", valid=True)
    assert_all(rejected_examples, answers[len(valid_examples) :], judge="ajv", valid=False)
