"""Parts of a page: what each section says, of which result, and in which colour."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, ORDER, PAYMENT, RECOVERED, UNPAID, counterexample, coverage, exploration
from page_reader import PageReader

from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import Face, speaking
from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.report.page import write_pages
from steppay_mock.ordering.state.difference import Difference

LIFE = (CREATED, UNPAID, RECOVERED)


def failing(*args: Any, **how: Any) -> Exploration:
    return exploration(counterexample(*(args or (cases.overwrites, LIFE, (2, 1))), **how))


def proved(**facts: Any) -> Exploration:
    return exploration(**{"verdict": "proved", "events": LIFE, **facts})


def texts(found: Exploration, tag: str) -> list[str]:
    """What stands in the elements of a kind."""
    return [
        re.sub("<.*?>", "", one) for one in re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", found.as_html(), re.DOTALL)
    ]


def headings(found: Exploration) -> list[str]:
    return texts(found, "h2")


def facts(found: Exploration) -> dict[str, str]:
    (table,) = re.findall(r'<table class="facts">(.*?)</table>', found.as_html(), re.DOTALL)
    return dict(re.findall(r"<th>(.*?)</th><td>(.*?)</td>", table))


@pytest.mark.parametrize(
    ("found", "mood", "pictured"),
    [
        ([proved()], "good", False),
        ([proved(), proved(verdict="covered")], "good", False),
        ([proved(), failing()], "bad", True),
        ([proved(), exploration(verdict="vacuous")], "bad", False),
    ],
)
def test_several_are_good_if_all_are_and_have_a_style_of_pictures_if_one_has_a_picture(
    found: list[Exploration], mood: str, pictured: object
) -> None:
    page = write_pages(found, rows=(("a",), [("b",)]))
    read = PageReader(page)
    right = sum(one.ok for one in found)
    assert ("h1", {"class": mood}) in read.elements
    assert f"{right} of {len(found)} right" in read.texts
    (policy,) = [attributes["content"] for tag, attributes in read.elements if "http-equiv" in attributes]
    assert str(policy).count("sha256-") == (2 if pictured else 1)
    assert page.count("<svg ") == bool(pictured)


def test_what_was_varied_is_told_if_anything_was() -> None:
    def paragraphs(varied: str) -> int:
        return write_pages([proved()], rows=(("a",), [("b",)]), varied=varied).count("<p>")

    assert "<p>by seeds</p>" in write_pages([proved()], rows=(("a",), [("b",)]), varied="by seeds")
    assert paragraphs("by seeds") == paragraphs("") + 1


def test_answers_that_refused_are_told_and_no_others() -> None:
    refused = texts(failing(cases.refuses_orphans, (ORDER, PAYMENT), (1, 0), kind="answer"), "p")
    assert [one for one in refused if "was answered" in one] == ["2 was answered: 500, the app raised: KeyError: 7001"]
    assert not [one for one in texts(failing(), "p") if "was answered" in one]


def test_a_verdict_has_its_colour() -> None:
    for found, mood in ((proved(), "good"), (failing(), "bad"), (exploration(verdict="flaky"), "bad")):
        assert f'<h1 class="{mood}">' in found.as_html()


def test_what_is_next_is_told_of_what_is_no_yes() -> None:
    assert [one for one in texts(exploration(verdict="flaky", why="It moved."), "p") if one.startswith("Next: ")]
    assert "It moved." in texts(exploration(verdict="flaky", why="It moved."), "p")
    for found in (proved(), failing()):
        assert not [one for one in texts(found, "p") if one.startswith("Next: ")]
    assert "" not in texts(proved(), "p")


def test_the_sections_are_those_of_what_was_found() -> None:
    assert headings(proved()) == ["Coverage"]
    assert headings(failing()) == [
        *("What happened", "What was delivered", "How it ends", "To replay it", "Coverage"),
    ]
    second = counterexample(cases.overwrites, LIFE, (1, 0))
    whole = exploration(
        counterexample(cases.overwrites, LIFE, (2, 1)),
        others=(second,),
        causes=("First.",),
        losses=(Loss(place=0, heals=True),),
    )
    assert headings(whole)[4:] == [
        "Likely causes",
        f"Also found: {second.report().partition(chr(10))[0]}",
        "Coverage",
        "If one event is never delivered",
    ]
    assert whole.as_html().count("<svg ") == 2
    assert texts(whole, "li") == ["First."]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (failing(), "in the original order"),
        (failing(cases.overwrites, (ORDER, PAYMENT), (1, 0), kind="answer"), "The same; compare the answers."),
        (
            failing(cases.overwrites, LIFE, (0,), kind="invariant", invariant=lambda _: "no"),
            "The invariant says: no",
        ),
        (failing(cases.overwrites, LIFE, (0, 1), kind="truth", truth={}), "what the store says"),
    ],
)
def test_how_it_ends_is_told_by_what_the_failure_is(found: Exploration, told: str) -> None:
    after = found.as_html().partition("<h2>How it ends</h2>")[2].partition("<h2>")[0]
    assert told in re.sub("<.*?>", "", after)


def test_what_has_to_be_done_before_a_replay_stands_above_it() -> None:
    with speaking(Face(hint="Start the server")):
        assert "Start the server:" in texts(failing(), "p")
    with speaking(Face(hint="")):
        assert ":" not in texts(failing(), "p")


def test_the_numbers_are_told() -> None:
    plain = facts(proved(coverage=coverage(events=1_000, orders=10**15, runs=2_000, deliveries=3_000, states=4_000)))
    assert plain == {
        "events": "1,000",
        "orders": "1.0e+15",
        "overtaken by": "at most all others",
        "runs": "2,000",
        "deliveries": "3,000",
        "states": "4,000",
        "seconds": "0.04",
        "seed": "7",
        "duplicates": "none",
        "ties": "as they are",
    }
    other = facts(
        proved(coverage=coverage(distance=2, duplicates=True, ties=True, strength=3, covered=1_000, of=2_000))
    )
    assert other["overtaken by"] == "at most 2 places"
    assert other["duplicates"] == "each event repeated after all others"
    assert other["ties"] == "also with the timestamps of each burst collapsed to one second"
    assert other["strength"] == "1,000 of 2,000 orders of any 3 events"


def test_the_verdict_stands_in_the_coverage_of_a_yes_alone() -> None:
    assert [one for one in texts(proved(), "p") if one.startswith("proved: all 6 orders")]
    assert not [one for one in texts(exploration(verdict="flaky"), "p") if one.startswith("flaky: ;")]
    assert [one for one in texts(proved(), "p") if one.startswith("The proof assumes")]


def test_losses_are_a_table() -> None:
    losses = (Loss(place=0, heals=True), Loss(place=1, heals=False, changes=("$.a", "$.b")), Loss(place=2, heals=False))
    cells = texts(proved(losses=losses), "td")[-15:]
    assert cells[4::5] == ["ends the same", "differs: $.a, $.b", "differs: the state"]
    assert cells[::5] == ["1", "2", "3"]


def test_what_to_do_about_states_that_differ_is_told() -> None:
    unequal = (Difference(path="$.at", kind="changed", expected=1, actual=2),)
    found = texts(exploration(verdict="flaky", unequal=unequal), "p")
    assert [one for one in found if one.startswith("If these values may differ")]


def test_each_payload_is_the_one_of_its_event() -> None:
    page = failing().as_html()
    shown = re.findall(r"<summary>The payload of (\d) [^<]*</summary><pre>(.*?)</pre>", page, re.DOTALL)
    assert [number for number, _ in shown] == ["2", "3"]
    assert ['"UNPAID"' in text for _, text in shown] == [True, False]
    assert ['"ACTIVE"' in text for _, text in shown] == [False, True]
