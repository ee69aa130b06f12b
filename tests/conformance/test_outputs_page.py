"""The web page of a card: all that the card says, no markup of the receiver's, nothing loaded and nothing run."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from conformance.checked import TYPES, card_of
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Shop
from page_reader import PageReader

from steppay_mock import Scorecard, SteppayMockError
from steppay_mock.conformance.catalogue import CHECKS, NAMES
from steppay_mock.conformance.causes.find import CAUSES
from steppay_mock.conformance.check_receiver import LACKS
from steppay_mock.conformance.kinds import HARMS, SEVERITIES
from steppay_mock.conformance.mistaken_forms import event_forms, signature_forms
from steppay_mock.conformance.outputs.korean import in_korean, korean_texts
from steppay_mock.conformance.outputs.words import TABLES
from steppay_mock.conformance.progress import STOPPED

HOSTILE = "</pre></td><script>alert(1)</script><img src=x onerror=alert(2)><!-- \" ' & \u202e\x00"


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return card_of(VerifiesNothing(), types=TYPES, only=["signature", "rotation", "connection"])


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_says_all_that_the_card_says(card: Scorecard, lang: str) -> None:
    texts = PageReader(card.as_html(lang=lang)).texts
    (finding,) = card.findings
    for told in (finding.full_name, finding.request, finding.answer, *finding.changes):
        assert told in "\n".join(texts)
    sentences = [finding.summary] if lang == "en" else [korean_texts().findings[finding.full_name], finding.seen]
    for told in (*sentences, *(one.judgement.why for one in card.checks)):
        assert not told or (told if lang == "en" else in_korean(told) or told) in texts
    for one in card.checks:
        assert one.check.full_name in texts
    assert SECRET not in card.as_html(lang=lang)


def test_the_page_speaks_both_languages(card: Scorecard) -> None:
    english, korean = card.as_html(), card.as_html(lang="ko")
    assert '<html lang="en">' in english
    assert '<html lang="ko">' in korean
    assert re.search(
        r"<h1 class=\"must\">not ok: \d+ of \d+ checks passed, 7 could not tell; findings: must 1<", english
    )
    assert re.search(
        r"<h1 class=\"must\">미통과: 점검 \d+개 중 \d+개 통과, 7개 판단 불가; 발견된 문제: 필수 1<", korean
    )
    assert "위조된 결제가 반영되거나" in korean
    assert "<p>서명을 전혀 검증하지 않습니다. 주소만 알면" in korean
    assert not re.search("[가-힣]", re.sub(r"<pre>.*?</pre>", "", english, flags=re.DOTALL))


def test_what_was_captured_is_never_markup(card: Scorecard) -> None:
    (finding,) = card.findings
    hostile = replace(finding, summary=HOSTILE, changes=(HOSTILE,), detail=HOSTILE, snippet=HOSTILE)
    plain = replace(finding, summary="plain", changes=("plain",), detail="plain", snippet="plain")
    shown = PageReader(replace(card, findings=(hostile,), receiver=HOSTILE).as_html())
    expected = PageReader(replace(card, findings=(plain,), receiver="plain").as_html())
    assert shown.elements == expected.elements
    assert sum("<script>alert(1)</script>" in told for told in shown.texts) == 5
    assert not any(bad in "".join(shown.texts) for bad in "\u202e\x00")


def test_the_page_loads_nothing_and_runs_nothing(card: Scorecard) -> None:
    for name, attributes in PageReader(card.as_html()).elements:
        assert name not in {"script", "link", "img", "iframe", "object", "form", "a"}
        assert not {one for one in attributes if one in {"src", "href", "style"} or one.startswith("on")}
    assert "default-src 'none'; style-src 'sha256-" in card.as_html()
    assert "url(" not in card.as_html()
    assert "@media print" in card.as_html()


def test_a_right_receiver_has_a_page_without_findings() -> None:
    page = card_of(Shop(), types=TYPES, only="rotation").as_html()
    assert '<h1 class="good">ok: 4 of 4 checks passed; findings: none</h1>' in page
    assert "Nothing is wrong in what was checked." in page


def test_the_languages_have_the_same_words(card: Scorecard) -> None:
    english, korean = TABLES["en"], TABLES["ko"]
    assert list(english) == list(korean)
    assert {*SEVERITIES, *HARMS, "passed", "failed", "skipped"} <= set(english)
    for key, word in english.items():
        assert set(re.findall(r"{\w+}", word)) == set(re.findall(r"{\w+}", korean[key])), key
    with pytest.raises(SteppayMockError, match="Pass lang='en' or lang='ko'"):
        card.as_html(lang="jp")


IN_PYTHON = {"order/steady", "order/refused", "latency/works-after-answer"}
"""Their cures name an option as the caller writes it, and are English alone."""


def test_every_text_of_a_cause_and_of_a_check_is_told_in_korean() -> None:
    texts, forms = korean_texts(), (*signature_forms(), *event_forms())
    names = {f"{one.family}/{one.name}" for one in CAUSES}
    assert {one for one in texts.findings if not one.startswith("control/")} == names
    assert set(texts.findings) >= {f"control/{one.name}" for one in forms}
    assert sorted(texts.checks) == sorted(NAMES)
    checks = [one for one in CHECKS if one.full_name not in IN_PYTHON]
    cures = [*(one.cure for one in checks), *(one.cure for one in CAUSES), *(one.cure for one in forms)]
    assert set(texts.sentences) == {*cures, *LACKS.values(), STOPPED}
    for told in (*texts.findings.values(), *texts.checks.values(), *texts.sentences.values()):
        assert re.search("[가-힣]", told), told
        assert told.endswith((".", ")")), told


def test_the_korean_page_tells_checks_and_cures_in_korean(card: Scorecard) -> None:
    english, korean = (PageReader(card.as_html(lang=lang)).texts for lang in ("en", "ko"))
    (finding,) = card.findings
    assert finding.cure in english
    assert korean_texts().sentences[finding.cure] in korean
    for one in card.checks:
        assert one.check.asks in english
        assert korean_texts().checks[one.check.full_name] in korean
