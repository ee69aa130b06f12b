"""A resumed run has the options that it was begun with, but for those that are told anew; damage of them is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.delivery.options.remembered import recall, recall_control, recall_gateway, remember
from steppay_mock.delivery.options.settings import SenderSettings, read_sender_options
from steppay_mock.delivery.options.table import options_of
from steppay_mock.delivery.retries import RetryPolicy

BEGUN: dict[str, Any] = {
    "concurrency": 3,
    "rate": 2.5,
    "timeout": 7.0,
    "retries": RetryPolicy(name="mine", delays=(1.0, 30.0), blocking=True, jitter=0.5, longest_wait=9.0),
    "success": frozenset({204, 409}),
    "keep_alive": True,
    "speed": 0.25,
}
ANEW: dict[str, Any] = {
    "concurrency": 5,
    "rate": 9.0,
    "timeout": 1.0,
    "retries": "svix",
    "success": [200],
    "keep_alive": False,
    "speed": 1.0,
}
DAMAGED = [None, "", "words", "[1]", "5", "null", '"text"', b"\xff\x00", "[" * 200_000, '{"rate": ']


def begun() -> str:
    """The options as a journal has them."""
    return json.dumps(remember(read_sender_options(BEGUN)))


def value(settings: SenderSettings, name: str) -> Any:
    return settings.value(name)


def test_the_options_of_the_tests_here_are_all_that_are_remembered() -> None:
    assert {one.name for one in options_of("sender") if one.is_remembered} == BEGUN.keys() == ANEW.keys()


@pytest.mark.parametrize("told", BEGUN)
def test_what_is_told_anew_is_taken_and_all_else_is_as_it_was_begun(told: str) -> None:
    now = read_sender_options({**ANEW, "journal": "now.sqlite"})
    found = recall(1, begun(), now=now, told=[told])
    for name in BEGUN:
        assert value(found, name) == value(now if name == told else read_sender_options(BEGUN), name), name
    assert found.journal == "now.sqlite"


@pytest.mark.parametrize("lacking", BEGUN)
def test_what_an_older_journal_lacks_has_its_default_even_if_the_sender_now_has_another(lacking: str) -> None:
    kept = json.loads(begun())
    del kept[lacking]
    found = recall(1, json.dumps(kept), now=read_sender_options(ANEW), told=[])
    for name in BEGUN:
        expected = read_sender_options({} if name == lacking else BEGUN)
        assert value(found, name) == value(expected, name), name


@pytest.mark.parametrize("kept", DAMAGED, ids=lambda kept: repr(kept)[:12])
def test_options_that_are_damaged_are_told_wherever_they_are_read(kept: Any) -> None:
    for read in (
        lambda: recall(3, kept, now=read_sender_options({}), told=[]),
        lambda: recall_gateway(3, kept),
        lambda: recall_control(3, kept),
    ):
        with pytest.raises(SteppayMockError) as error:
            read()
        assert str(error.value) == (
            "The options of run 3 in the journal are damaged. Take a copy of the file from before, or send its events "
            "anew."
        )


@pytest.mark.parametrize("gateway", [5, [], "rest", {}, {"kind": "rest"}, {"path": "/"}])
def test_a_gateway_that_is_damaged_is_told(gateway: Any) -> None:
    with pytest.raises(SteppayMockError, match="The options of run 3 in the journal are damaged"):
        recall_gateway(3, json.dumps({"gateway": gateway}))


@pytest.mark.parametrize(
    "retries",
    [
        5,
        [],
        "svix",
        {},
        {"delays": [1]},
        {"name": "a", "delays": 5},
        {"name": "a", "delays": [-1]},
        {"name": "a", "delays": [1], "more": 1},
    ],
)
def test_a_retry_policy_that_is_damaged_is_told_and_can_be_told_anew(retries: Any) -> None:
    kept = json.dumps({**json.loads(begun()), "retries": retries})
    with pytest.raises(SteppayMockError) as error:
        recall(3, kept, now=read_sender_options({}), told=[])
    assert str(error.value) == (
        "The retry policy of run 3 in the journal is damaged. Pass it again: Sender(..., retries=[5, 60])."
    )
    found = recall(3, kept, now=read_sender_options({"retries": [5, 60]}), told=["retries"])
    assert (found.retries.delays, found.concurrency) == ((5.0, 60.0), 3)


def test_a_gateway_and_whether_faults_have_controls_are_recalled() -> None:
    assert recall_gateway(1, begun()) is None
    assert recall_gateway(1, json.dumps({"gateway": {"kind": "rest", "path": "/hooks", "more": 1}})) == {
        "kind": "rest",
        "path": "/hooks",
    }
    assert recall_gateway(1, json.dumps({"gateway": {"kind": "rest", "path": None}})) == {"kind": "rest", "path": None}
    assert [recall_control(1, json.dumps(kept)) for kept in ({}, {"control": True}, {"control": False})] == [
        *(True, True, False)
    ]
