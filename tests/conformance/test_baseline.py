"""A finding of an older card is told mended only where this card shows it: its checks were all made and passed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conformance.checked import card_of, names
from conformance.zoo.shop import Envelope, Hook, RefusedError, Shop

from steppay_mock.conformance.baseline import Baseline, compare, read_baseline

ASKED: dict[str, Any] = {"only": ["signature", "duplicate"], "types": ["payment.completed"]}
COPIES, FORGERIES = "duplicate/counts-copies-again", "signature/verifies-nothing"


class VerifiesAndRemembersNothing(Shop):
    """It takes what is forged, and takes each copy for a new webhook."""

    def verify(self, hook: Hook) -> None:
        """Take it."""

    def is_copy(self, envelope: Envelope, hook: Hook) -> bool:
        super().is_copy(envelope, hook)
        return False


class Verifies(VerifiesAndRemembersNothing):
    """It is mended in part."""

    verify = Shop.verify


class LooksAtAPartOfTheKey(VerifiesAndRemembersNothing):
    """It has another mistake now."""

    def verify(self, hook: Hook) -> None:
        claim = self.claim(hook.headers.get(self.header, ""))
        if self.key(claim.timestamp, hook.body)[:4] not in {key[:4] for key in claim.keys}:
            raise RefusedError(401, "the signature does not match")


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    """What the card of the first receiver says."""
    card = card_of(VerifiesAndRemembersNothing(), **ASKED)
    assert sorted(names(card)) == [COPIES, FORGERIES]
    path = tmp_path_factory.mktemp("baseline") / "card.json"
    path.write_text(json.dumps(card.as_dict()), encoding="utf-8")
    return read_baseline(path)


def test_what_passes_now_is_mended(older: Baseline) -> None:
    found = compare(card_of(Shop(), **ASKED), older)
    assert (found.mended, found.unconfirmed, found.ok) == ((COPIES, FORGERIES), (), True)
    found = compare(card_of(Verifies(), **ASKED), older)
    assert (found.known, found.mended, found.unconfirmed) == ((COPIES,), (FORGERIES,), ())


@pytest.mark.parametrize(
    "options",
    [
        {"state": None, "reset": None, "effects": None},
        {"reset": None},
        {"only": ["signature"]},
        {"only": ["signature", "duplicate/copy-accepted"]},
    ],
    ids=["no state", "no reset", "one family", "one check"],
)
def test_what_was_not_looked_at_is_unconfirmed(older: Baseline, options: dict[str, Any]) -> None:
    found = compare(card_of(Shop(), **{**ASKED, **options}), older)
    assert (COPIES in found.unconfirmed, COPIES in found.mended) == (True, False)
    assert f"{len(found.unconfirmed)} unconfirmed; " in str(found)
    assert str(found).endswith(
        f"; unconfirmed, as not all of their checks were made and passed: {', '.join(found.unconfirmed)}"
    )


def test_with_a_wrong_secret_nothing_is_mended(older: Baseline) -> None:
    found = compare(card_of(Shop(), **ASKED, secret="whsec_of_another"), older)
    assert (found.new, found.mended) == (("control/refuses-right-signatures",), ())
    assert found.unconfirmed == (COPIES, FORGERIES)


def test_what_fails_for_another_finding_now_is_unconfirmed(older: Baseline) -> None:
    found = compare(card_of(LooksAtAPartOfTheKey(), **ASKED), older)
    assert (found.known, found.mended, found.unconfirmed) == ((COPIES,), (), (FORGERIES,))
    assert found.new == ("signature/compares-a-part-of-the-key",)


def test_a_finding_with_the_name_of_its_check_needs_that_check() -> None:
    older = Baseline(findings={"method/put": frozenset({"method/put"})})
    assert compare(card_of(Shop(), only="method"), older).mended == ("method/put",)
    assert compare(card_of(Shop(), only="method/get"), older).unconfirmed == ("method/put",)


@pytest.mark.parametrize(
    ("name", "with_state", "without"),
    [("control/wrong-path", "mended", "mended"), ("control/does-nothing", "mended", "unconfirmed")],
)
def test_a_finding_of_the_control_is_mended_where_it_would_be_seen(name: str, with_state: str, without: str) -> None:
    older = Baseline(findings={name: frozenset()})
    assert getattr(compare(card_of(Shop(), **ASKED), older), with_state) == (name,)
    blind = card_of(Shop(), **{**ASKED, "state": None, "reset": None, "effects": None})
    assert getattr(compare(blind, older), without) == (name,)


def test_unsteady_answers_are_mended_where_as_much_was_told() -> None:
    older = Baseline(findings={"control/unsteady-answers": frozenset()}, told=frozenset({"method/put", "method/get"}))
    assert compare(card_of(Shop(), only=["method", "null"]), older).mended == ("control/unsteady-answers",)
    assert compare(card_of(Shop(), only=["method/get", "null"]), older).unconfirmed == ("control/unsteady-answers",)
