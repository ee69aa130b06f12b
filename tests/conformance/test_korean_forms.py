"""Every sentence of a fixed form that a check can say has its Korean; what came from the receiver stays as it came."""

from __future__ import annotations

import re

import pytest
from conformance.checked import TYPES, card_of
from conformance.fixed_forms import all_forms
from conformance.zoo.members import FLAWED
from conformance.zoo.shop import SECRET
from page_reader import PageReader

from steppay_mock import check_receiver
from steppay_mock.conformance.mistaken_forms import event_forms, signature_forms
from steppay_mock.conformance.outputs.korean import in_korean, korean_texts
from steppay_mock.ordering.anomaly import ANOMALIES

TEXTS = korean_texts()
NEVER_HERE = {"broken invariant", "row order"}
"""Kinds of mistakes that the searches of a scorecard cannot find."""
MEANINGS = {one.meaning for one in ANOMALIES if one.name not in NEVER_HERE}
LEFT_OUT = {"No scenario has two events to which it reacts."}
GROUPS = {"endings": TEXTS.endings, "forms": TEXTS.forms, "values": TEXTS.values, "answers": TEXTS.answers}
ALL = [(group, form) for group, forms in GROUPS.items() for form in forms]


def behind(form: str) -> str:
    """A form of an ending as the source has it: without the sentence before it, and with numbers from 1."""
    return re.sub(r"{(\d)}", lambda one: f"{{{int(one[1]) - 1}}}", form.removeprefix("{1} "))


def test_no_fixed_form_lacks_its_korean() -> None:
    has = {*TEXTS.sentences, *TEXTS.forms, *TEXTS.values, *TEXTS.endings, *map(behind, TEXTS.endings)}
    said = all_forms()
    assert len(said) > 200
    assert sorted((said | MEANINGS | LEFT_OUT) - has) == []


def test_no_korean_is_of_a_form_that_nobody_says() -> None:
    said = all_forms() | MEANINGS | LEFT_OUT
    assert sorted(form for form in {*TEXTS.forms, *TEXTS.values} if form not in said) == []
    known = said | {"The same with {1} and others."}  # the words are put together
    assert sorted(form for form in TEXTS.endings if form not in said and behind(form) not in known) == []


@pytest.mark.parametrize(("group", "form"), ALL, ids=[form for _, form in ALL])
def test_a_form_is_known_again_with_values_in_it(group: str, form: str) -> None:
    places = sorted(set(re.findall(r"{(\d)}", form)))
    korean = GROUPS[group][form]
    values = {place: f"v.{place}x" for place in places}
    english = re.sub(r"{(\d)}", lambda one: values[one[1]], form)
    expected = re.sub(r"{(\d)[+!]?}", lambda one: values[one[1]], korean)
    if group in {"endings", "forms"}:
        assert in_korean(english) == expected
    elif group == "values":
        assert in_korean(f"It accepts {english}: 204.") == f"받아들입니다: {expected} (응답: 204)."
    else:
        assert in_korean(f"It accepts an empty body: {english}.") == f"받아들입니다: 빈 본문 (응답: {expected})."
    assert re.search("[가-힣]", korean)
    assert set(re.findall(r"{(\d)[+!]?}", korean)) == set(places)


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("It accepts a webhook without a signature: 204.", "받아들입니다: 서명이 없는 웹훅 (응답: 204)."),
        (
            "It fails on a JSON list: 500, TypeError: list with a list of others.",
            "오류를 냅니다: JSON 배열 (응답: 500, TypeError: list with a list of others).",
        ),
        (
            "Nothing can be told while this stands: It does not answer: nothing listens there.",
            "다음 문제를 먼저 해결해야 판단할 수 있습니다. 응답하지 않습니다: nothing listens there.",
        ),
        (
            "A second copy of payment.completed has its effect again. The same with payment.failed and others.",
            "payment.completed 이벤트의 두 번째 사본: 효과가 다시 생깁니다. payment.failed 등도 마찬가지입니다.",
        ),
        ("refund-in-full: flaky. The state of it changes nothing.", None),
        ("anything else", None),
    ],
)
def test_sentences_within_sentences(english: str, korean: str | None) -> None:
    assert in_korean(english) == korean


def test_every_obstacle_by_another_form_is_told_on_the_page(free_port: int) -> None:
    card = check_receiver(f"http://127.0.0.1:{free_port}", secret=SECRET, quick=True, only="rotation")
    texts = PageReader(card.as_html(lang="ko")).texts
    assert len([one for one in texts if one.startswith("다음 문제를 먼저 해결해야 판단할 수 있습니다. 응답하지")]) == 4
    assert not any("Nothing can be told" in one for one in texts)
    assert {f"control/{one.name}" for one in (*signature_forms(), *event_forms())} <= TEXTS.findings.keys()


@pytest.mark.parametrize("name", ["VerifiesNothing", "CountsCopiesAgain", "RoundsIds", "ReadsTimesAsKst"])
def test_what_a_check_saw_is_told_in_korean(name: str) -> None:
    card = card_of(FLAWED[name](), types=TYPES, skip=["order", "connection"])
    texts = PageReader(card.as_html(lang="ko")).texts
    for one in card.checks:
        assert not one.judgement.why or in_korean(one.judgement.why) in texts, one.judgement.why
    for finding in card.findings:
        assert finding.summary not in texts
        assert in_korean(finding.seen or finding.summary) in texts


def test_a_mistaken_form_is_told_by_its_name() -> None:
    card = card_of(FLAWED["LooksForAnotherHeader"](), types=TYPES, only=["rotation"])
    (finding,) = card.findings
    korean = TEXTS.findings[finding.full_name]
    texts = PageReader(card.as_html(lang="ko")).texts
    assert f"다음 문제를 먼저 해결해야 판단할 수 있습니다. {korean}" in texts
