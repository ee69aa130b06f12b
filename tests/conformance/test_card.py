"""The card and its findings as people and programs read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed.answers import TellsTheSecret
from conformance.zoo.flawed.courses import CountsCopiesAgain
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Hook, Shop

from steppay_mock import ContractViolation, Scorecard, SteppayMockError, check_receiver
from steppay_mock.conformance.catalogue import CHECKS, NAMES
from steppay_mock.conformance.causes.find import CAUSES, find_findings
from steppay_mock.conformance.check import Check, CheckResult, failed
from steppay_mock.conformance.kinds import FAMILIES, HARMS


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return card_of(VerifiesNothing(), types=TYPES)


def test_the_card_is_a_line_for_each_family_and_a_paragraph_for_each_finding(card: Scorecard) -> None:
    lines = card.report().splitlines()
    assert lines[0] == "The scorecard of the WSGI app VerifiesNothing at /webhooks/steppay"
    assert lines[1].startswith("not ok: ")
    assert lines[1].endswith("; findings: 1 must")
    assert "  rotation       +++x                 none-right" in lines
    begin = lines.index("1. must  signature/verifies-nothing")
    assert lines[begin + 1 : begin + 5] == [
        "  It verifies nothing: whoever knows its address can send it payments. It accepts a webhook that is",
        "  signed with another secret: 204.",
        "  where the states differ (- expected, + found):",
        lines[begin + 4],
    ]
    assert "  it costs:\n    a forged or doubled payment\n  cure:\n" in card.report()


def test_a_finding_has_what_a_reader_and_a_program_need(card: Scorecard) -> None:
    (finding,) = card.findings
    assert (finding.family, finding.check, finding.severity) == ("signature", "verifies-nothing", "must")
    assert finding.explains[0] == "signature/wrong-secret"
    assert {"replay/too-old", "raw-body/spaced-after-signing"} <= set(finding.explains)
    assert finding.answer == "204"
    assert finding.request.startswith("body='{")
    assert "--request POST http://localhost:8000/webhooks/steppay" in finding.request
    told = json.loads(json.dumps(card.as_dict()))
    assert told["findings"][0]["check"] == "verifies-nothing"
    assert {one["outcome"] for one in told["checks"]} == {"passed", "failed", "skipped"}
    assert len(told["checks"]) == len([one for one in CHECKS if one.family != "read-back"])  # which needs an API


def test_a_card_that_is_not_ok_raises_its_report(card: Scorecard) -> None:
    with pytest.raises(ContractViolation, match="verifies-nothing") as raised:
        card.assert_ok()
    assert str(raised.value) == card.report()
    assert raised.value.kind == "signature/verifies-nothing"
    card_of(Shop(), types=TYPES, only="rotation").assert_ok()


@pytest.mark.usefixtures("stopped")
def test_the_command_of_a_right_signature_computes_it_and_holds_no_secret() -> None:
    shown = card_of(CountsCopiesAgain(), types=TYPES, only="duplicate").findings[0].request
    assert 'key=$(printf %s "$time.$body" | openssl dgst -sha256 -hmac "$STEPPAY_WEBHOOK_SECRET"' in shown
    assert '--header "steppay-signature: timestamp=$time,key=$key"' in shown
    assert "time=$(($(date +%s) + 1))" in shown
    assert SECRET not in shown


def test_no_secret_is_in_a_card_of_a_receiver_that_tells_it() -> None:
    told = card_of(TellsTheSecret(), types=TYPES, only=["signature", "secrets"])
    assert names(told) == ["secrets/no-secret"]
    assert SECRET not in told.report() + json.dumps(told.as_dict())


def test_equal_receivers_have_equal_cards() -> None:
    one, other = (card_of(CountsCopiesAgain(), types=TYPES) for _ in range(2))
    assert [names(card) for card in (one, other)] == [["duplicate/counts-copies-again"]] * 2
    assert one.checks[0].as_dict() == other.checks[0].as_dict()
    assert [each.outcome for each in one.checks] == [each.outcome for each in other.checks]
    assert one.deliveries == other.deliveries


def test_only_and_skip_choose_checks() -> None:
    assert {one.check.family for one in card_of(Shop(), types=TYPES, only="replay").checks} == {"replay"}
    (one,) = card_of(Shop(), types=TYPES, only="replay/too-old").checks
    assert one.check.name == "too-old"
    left = card_of(Shop(), types=TYPES, only=["replay", "rotation"], skip=["replay/too-old", "rotation"]).checks
    assert [one.check.name for one in left] == ["too-new", "old-event-now", "clock-ahead", "a-little-late"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"only": "signatures"}, "Did you mean 'signature'?"),
        ({"skip": ["replay/to-old"]}, "Did you mean 'replay/too-old'?"),
        ({"ignore": ["received_at"]}, "Pass state= too."),
        ({"quik": True}, "Did you mean 'quick'?"),
        ({"scenarios": ["refund-in-fll"]}, "Did you mean 'refund-in-full'?"),
        ({"budget": 0}, "Pass budget=5000."),
        ({"quick": True, "scenarios": "refund-in-full"}, "scenarios= is about the searches through orders: quick= "),
        ({"quick": True, "budget": 12_000}, "quick= makes none. Leave out one of the two."),
        ({"budget": 5_000}, "they need state= and reset=. Pass both, or leave out budget=."),
        ({"types": 7}, "takes names"),
        ({"types": "v1.*"}, "Name a type of webhook v2"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_sent(options: dict[str, object], told: str) -> None:
    shop = Shop()
    with pytest.raises(SteppayMockError) as raised:
        check_receiver(shop, secret=SECRET, **options)  # type: ignore[arg-type]
    assert told in str(raised.value)
    assert shop.inbox == set()


def test_a_reset_that_leaves_rows_is_told() -> None:
    shop = Shop()
    with pytest.raises(SteppayMockError, match="After reset= the state is not the one"):
        check_receiver(shop, secret=SECRET, state=shop.state, reset=lambda: None, quick=True)


class Stamps(Shop):
    """Each row says which one it was since the start."""

    count = 0

    def take(self, hook: Hook) -> tuple[int, str]:
        answer = super().take(hook)
        self.count += 1
        self.tables.setdefault("log", {})["last"] = {"number": self.count}
        return answer


def test_a_state_that_is_never_the_same_twice_is_a_finding_that_says_what_to_ignore() -> None:
    told = card_of(Stamps(), types=TYPES)
    assert (names(told), told.ok) == (["control/unsteady-state"], False)
    assert any("number" in line for line in told.findings[0].changes)
    reasons = {one.judgement.why for one in told.skipped if one.check.family == "null"}
    assert all("ended differently the second time" in why and "number" in why for why in reasons)
    assert reasons
    assert "null/same-as-absent" not in {
        one.check.full_name for one in card_of(Stamps(), types=TYPES, ignore=["number"]).skipped
    }


def test_every_check_has_a_name_of_its_own_and_says_enough() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(CHECKS)
    assert {check.family for check in CHECKS} == set(FAMILIES)
    for check in CHECKS:
        assert check.asks.endswith("."), check.full_name
        assert check.cure.rstrip()[-1] in ".)", check.full_name


def test_every_cause_has_a_name_of_its_own_that_no_check_has() -> None:
    causes = [f"{cause.family}/{cause.name}" for cause in CAUSES]
    assert len(set(causes)) == len(causes)
    assert not set(causes) & set(NAMES)


def made(name: str, *, severity: str = "must", harm: str = "lost") -> CheckResult:
    check = Check(
        name=name,
        family="null",
        severity=severity,  # type: ignore[arg-type]
        harm=harm,  # type: ignore[arg-type]
        asks="It is right.",
        cure="Make it right.",
        run=lambda _at: failed("It is wrong."),
    )
    return CheckResult(check=check, judgement=failed("It is wrong."))


def test_findings_come_by_what_must_be_right_and_then_by_what_it_costs() -> None:
    results = [made(harm, harm=harm) for harm in reversed(HARMS)]
    results += [made("advice", severity="should", harm="money"), made("known", severity="fact", harm="money")]
    assert [one.check for one in find_findings(results)] == [*HARMS, "advice", "known"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"only": ["replay"], "skip": ["replay"]}, "only= and skip= leave no check to be made"),
        ({"types": []}, "types= names no event type"),
    ],
)
def test_options_that_leave_nothing_to_check_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(SteppayMockError, match=told):
        card_of(Shop(), **options)
