"""The words of the portal: each button, field and meaning has them in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, get_args

import pytest
from sandbox.conftest import Open
from sandbox.reading_portal import press, show

from steppay_mock import EventType
from steppay_mock.contract.schemas import event_schema
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.sandbox.pages.language import LANGUAGES, meaning_in, words_of
from steppay_mock.sandbox.pages.portal import offered
from steppay_mock.sandbox.pages.portal.offered import OfferedAction
from steppay_mock.sandbox.pages.refusals import word_of
from steppay_mock.store.lifecycle import INVOICE, NEW, SUBSCRIPTION

HANGUL = re.compile("[가-힣]")
FACTS = re.compile(r"\s*\(facts? [0-9, and]+\)")


def offers() -> list[OfferedAction]:
    return [one for name in dir(offered) if name.startswith("OF_") for one in getattr(offered, name)]


def family(language: str, name: str) -> set[str]:
    return {key.removeprefix(f"{name}_") for key in words_of(language) if key.startswith(f"{name}_")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_button_and_field_has_words_and_each_of_these_words_a_button(language: str) -> None:
    words = words_of(language)
    assert family(language, "act") == {one.key for one in offers()}
    assert {field.label for one in offers() for field in one.fields} <= words.keys()
    chosen = {choice.word for one in offers() for field in one.fields for choice in field.choices if choice.word}
    assert chosen <= words.keys()
    of_choices = {f"{name}_{key}" for name in ("pays", "billing") for key in family(language, name)}
    assert of_choices <= chosen
    assert {f"order_{one.replace('-', '_')}" for one in get_args(DeliveryOrder)} <= words.keys()
    assert family(language, "noun") == {*get_args(offered.Noun)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_life_cycles_allow_has_words(language: str) -> None:
    actions = {one.action for one in (*SUBSCRIPTION, *INVOICE) if one.by == "user" and one.before != NEW}
    assert {word_of(one) for one in actions - {"order is paid", "debit fails"}} <= words_of(language).keys()


def meanings(schema: dict[str, Any]) -> Iterator[str]:
    """What the schemas say of each field, whether a payload has it or not, and of each entry of a list."""
    for one in choices(schema):
        below = [*one.get("properties", {}).values(), *([one["items"]] if isinstance(one.get("items"), dict) else ())]
        for each in below:
            yield next((str(found["description"]) for found in choices(each) if "description" in found), "")
            yield from meanings(each)


def choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *(one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ()))]


def test_each_field_has_its_meaning_in_korean_and_no_other_meaning_is_there() -> None:
    told = {FACTS.sub("", one) for event in EventType for one in meanings(event_schema(event))} - {""}
    assert len(told) > 200
    wrong = [one for one in told if not HANGUL.search(meaning_in(one, "ko"))]
    assert wrong == [], "write them in pages/words/meanings.ko.json"
    table = files("steppay_mock.sandbox.pages").joinpath("words", "meanings.ko.json").read_text(encoding="utf-8")
    assert len(re.findall('^  "', table, re.MULTILINE)) == len(told), "a meaning of the table is none of the schemas"
    assert all(meaning_in(one, "en") == one for one in told)


def test_a_body_is_explained_in_the_language_of_the_page(open_sandbox: Open) -> None:
    with open_sandbox() as sandbox:
        sandbox.store.checkout()
        sandbox.settle()
        korean, english = (show(sandbox, "/deliveries/1", lang=lang) for lang in ("ko", "en"))
    said = {row["필드"]: row["의미"] for row in korean.listed if "의미" in row}
    assert said["event"] == "이벤트 종류. data의 형식을 정합니다."
    assert all(HANGUL.search(text) for text in said.values() if text)
    assert {row["Field"]: row["Meaning"] for row in english.listed if "Meaning" in row}["event"].startswith("The event")


def test_a_refusal_of_the_life_cycle_is_told_in_the_language_of_the_page(open_sandbox: Open) -> None:
    with open_sandbox() as sandbox:
        order = sandbox.store.checkout()
        sandbox.store.cancel()
        number = sandbox.store.subscriptions[0].id
        action = "/store/actions?action=pause"
        said = {
            lang: press(show(sandbox, "/store/actions", action="pause", lang=lang), action, "act").text
            for lang in LANGUAGES
        }
        assert f"구독 {number}: 상태가 CANCELED이므로 '일시 정지'을(를) 할 수 없습니다." in said["ko"]
        assert "Cannot pause" not in said["ko"]
        assert f"Subscription {number} is CANCELED: that does not allow to pause." in said["en"]
        refused = press(
            show(sandbox, "/store", lang="ko"), f"/store/order/{order.id}", "refund_part", amount="99999999"
        )
    assert refused.alerts == ["상점이 거절했습니다:"]
    assert "Refund at most 16000." in refused.text
