"""No secret is in a card, though the state, or the error of a probe, holds it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Envelope, Shop

from steppay_mock import Scorecard, SteppayMockError
from steppay_mock.conformance.progress import CheckProgress


def all_texts(card: Scorecard) -> str:
    """Every form of the card."""
    texts = [card.report(), card.as_html(), card.as_html(lang="ko"), card.as_junit(), card.as_badge(), repr(card)]
    return "\n".join([*texts, json.dumps(card.as_dict()), json.dumps(card.as_sarif())])


class KeepsTheSecret(VerifiesNothing):
    """Each row says with what it was signed."""

    def keep(self, envelope: Envelope) -> None:
        super().keep(envelope)
        for rows in self.tables.values():
            for row in rows.values():
                row["signed_with"] = SECRET


def test_a_state_with_the_secret_shows_it_nowhere() -> None:
    card = card_of(KeepsTheSecret(), types=TYPES, only=["signature", "secrets"])
    assert names(card) == ["signature/verifies-nothing"]
    told = all_texts(card)
    assert "signed_with" in told
    assert "********" in told
    assert SECRET not in told


class NeverTheSame(Shop):
    """Its state has the secret and a number that always changes."""

    read_so_far = 0

    def state(self) -> dict[str, Any]:
        self.read_so_far += 1
        return {**super().state(), "rows": [f"{SECRET} {self.read_so_far}"] if self.inbox else []}


def test_what_is_said_of_an_unsteady_state_has_no_secret() -> None:
    card = card_of(NeverTheSame(), types=TYPES, only=["null", "duplicate"])
    assert names(card) == ["control/unsteady-state"]
    assert SECRET not in all_texts(card)


class Breaks(Shop):
    """From its twentieth call on one of its functions raises an error with the secret in it."""

    calls = 0

    def fail(self) -> None:
        self.calls += 1
        if self.calls > 20:
            raise ValueError(f"cannot sign with {SECRET}")


class BreaksItsState(Breaks):
    def state(self) -> dict[str, Any]:
        self.fail()
        return super().state()


class BreaksItsReset(Breaks):
    def reset(self) -> None:
        super().reset()
        self.fail()


class BreaksItsEffects(Breaks):
    def effects(self) -> list[str]:
        self.fail()
        return super().effects()


@pytest.mark.parametrize("shop", [BreaksItsState, BreaksItsReset, BreaksItsEffects])
def test_an_error_of_a_probe_is_raised_without_the_secret(shop: type[Shop]) -> None:
    with pytest.raises(SteppayMockError, match="cannot sign with") as raised:
        card_of(shop(), types=TYPES)
    told: BaseException | None = raised.value
    while told is not None:
        assert SECRET not in repr(told)
        told = told.__cause__ or told.__context__
    assert str(raised.value).endswith("Correct that, and check again.")


class LeavesRows(Shop):
    """Its reset leaves a row with the secret behind."""

    def reset(self) -> None:
        self.tables = {"rows": {"1": {"secret": SECRET}}} if self.inbox else {}
        self.inbox = set()


def test_the_error_of_a_reset_that_leaves_rows_has_no_secret() -> None:
    with pytest.raises(SteppayMockError, match="After reset= the state is not the one") as raised:
        card_of(LeavesRows(), types=TYPES)
    assert SECRET not in str(raised.value)


def test_a_secret_that_is_a_word_of_the_checks_stays_in_their_sentences() -> None:
    class Short(VerifiesNothing):
        def keep(self, envelope: Envelope) -> None:
            super().keep(envelope)
            self.tables["config"] = {"1": {"key": "secret"}}

    card = card_of(Short(), types=TYPES, secret="secret", only="signature")
    assert "signed with another secret" in card.findings[0].summary
    assert any('"config"' in line or "config" in line for line in card.findings[0].changes)
    assert not any("'secret'" in line or '"secret"' in line for line in card.findings[0].changes)


class BreaksAmidTheSearches(Shop):
    """Its state raises in a search."""

    searched = False

    def watch(self, progress: CheckProgress) -> None:
        self.searched = progress.doing == "refund-in-parts"

    def state(self) -> dict[str, Any]:
        if self.searched:
            raise ValueError(f"cannot sign with {SECRET}")
        return super().state()


def test_what_ends_the_searches_is_told_without_the_secret_and_without_another_commands_next_step() -> None:
    shop = BreaksAmidTheSearches()
    card = card_of(shop, types=TYPES, quick=False, only="order", scenarios="refund-in-parts", watch=shop.watch)
    told = all_texts(card)
    assert "cannot sign with ********. It was " in told
    assert SECRET not in told
    assert "explore again" not in told
