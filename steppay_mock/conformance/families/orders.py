"""Checks of order: what the searches through all orders of some scenarios found, by the kind of mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.kinds import Family, Harm
from steppay_mock.conformance.proofs import has_tie
from steppay_mock.conformance.told_story import turned_stories
from steppay_mock.ordering import anomaly as kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.proofs import Proofs
    from steppay_mock.ordering.anomaly import Anomaly
    from steppay_mock.ordering.truth.hint import Hint

_SHOWN = 6  # contradictions with the store that are told
_NO_VERDICT = frozenset({"flaky", "hidden"})
_FAMILY: dict[str, tuple[Family, Harm]] = {
    kinds.REFUSED.name: ("order", "lost"),
    kinds.STALE_OVERWRITE.name: ("order", "access"),
    kinds.RESURRECTION.name: ("order", "access"),
    kinds.ORPHAN_UPDATE_LOST.name: ("order", "lost"),
    kinds.LOST_UPDATE.name: ("order", "wrong"),
    kinds.ORDER_DEPENDENT_REJECTION.name: ("order", "lost"),
    kinds.ORDER_DEPENDENCE.name: ("order", "wrong"),
    kinds.DOUBLE_EFFECT.name: ("duplicate", "money"),
    kinds.FALSE_DEDUPE.name: ("duplicate", "lost"),
    kinds.TIE_FLIP.name: ("tie", "wrong"),
    kinds.DOUBLE_EFFECT_IN_FLIGHT.name: ("overlap", "money"),
    kinds.REJECTION_IN_FLIGHT.name: ("overlap", "lost"),
    kinds.WRONG_IN_EVERY_ORDER.name: ("truth", "wrong"),
}
"""Family and harm of each kind of mistake. A kind that is not here cannot come from these searches."""


def _found(anomaly: Anomaly) -> Callable[[CheckedReceiver], Judgement]:
    family, _ = _FAMILY[anomaly.name]

    def run(at: CheckedReceiver) -> Judgement:
        proofs = at.proofs
        for exploration, counterexample in proofs.counterexamples:
            if counterexample.anomaly.name == anomaly.name:
                return failed(
                    f"{anomaly.meaning} Found in {exploration.name}.",
                    detail=counterexample.report(usual_fix=False),  # the cure of the finding says it
                    tags=(anomaly.name,),
                )
        if anomaly is kinds.ORDER_DEPENDENCE and not any(proofs.counterexamples):
            for story in turned_stories(at.stories):
                return failed(
                    f"{story.name} ends otherwise if its events come in another order, such as the other way round. No "
                    "search found a shorter one.",
                    changes=story.turned,
                    tags=(anomaly.name,),
                )
        return _unfound(proofs, family)

    return run


def _unfound(proofs: Proofs, family: Family) -> Judgement:
    if not any(one.ok for one in proofs.found) and not any(proofs.counterexamples):
        return skipped(_why(proofs))
    if family == "tie" and not any(one.ok and has_tie(one.events) for one in proofs.found):
        return skipped("No two events of one second about one thing were searched, or the order alone already fails.")
    if family == "overlap" and not any(one.coverage.overlaps is not None for one in proofs.found):
        return skipped("No webhooks were in flight at once: the order alone already fails, or the test forbids it.")
    return PASSED


def _why(proofs: Proofs) -> str:
    told = [*proofs.left_out, *(f"{one.name}: {one.verdict}. {one.why}" for one in proofs.found if not one.ok)]
    return " ".join(told)[:600] or "No search was made."


def _steady(at: CheckedReceiver) -> Judgement:
    """Whether equal deliveries ended the same; else there is no verdict on order, which is no pass."""
    one = next((one for one in at.proofs.found if one.verdict in _NO_VERDICT), None)
    if one is None:
        return PASSED if any(found.ok for found in at.proofs.found) else _unfound(at.proofs, "order")
    return failed(
        f"The same deliveries ended differently ({one.verdict}), in {one.name}: {one.why}",
        detail=one.report(),
        tags=("unsteady",),
    )


def _true(at: CheckedReceiver) -> Judgement:
    """Whether the rows agree with the store, where a column has a name that says what it is."""
    wrong = [one for one in at.stories if one.hints]
    if not wrong:
        return PASSED if any(one.is_compared for one in at.stories) else skipped(_uncompared(at))
    first = wrong[0]
    told = [f"{one.name}: {hint.sentence}" for one in wrong for hint in one.hints]
    return failed(
        f"In {len(wrong)} of {len(at.stories)} scenarios its rows contradict the store, each delivered in the order in "
        f"which it happened. At the end of {first.name}: {first.hints[0].sentence}",
        detail="\n".join(told[1:_SHOWN]),
        tags=tuple(sorted({tag for one in wrong for hint in one.hints for tag in _tags(hint)})),
    )


def _uncompared(at: CheckedReceiver) -> str:
    if not at.stories:
        return "No scenario has an event for which it is registered, or each of them was refused."
    return (
        "The state has no column that can be compared with the store. Let it show rows with the id of the payment or "
        "the subscription and its status, amounts or dates, under StepPay's names."
    )


def _tags(hint: Hint) -> tuple[str, ...]:
    """What a hint says of the cause."""
    kinds = {"nine-hours": "kst", "rounded-id": "rounded", "null-id": "null-id"}
    if hint.kind in kinds or not hint.missed:
        is_of_payment = hint.kind == "amount" and hint.thing.startswith("payment ")
        return (kinds.get(hint.kind, "payment-amount" if is_of_payment else "other"),)
    if hint.kind == "amount":
        return ("amount",)
    if hint.kind == "status" and hint.missed == "payment.canceled":
        return ("refund",) if "CANCEL" not in str(hint.here).upper() else ("part",)
    return ("old",)


def _check(anomaly: Anomaly) -> Check:
    family, harm = _FAMILY[anomaly.name]
    return Check(
        name=anomaly.name.replace(" ", "-"),
        family=family,
        severity="must",
        harm=harm,
        asks=f"In every order of a scenario: no {anomaly.name}.",
        cure=anomaly.fix,
        facts=(4, 5, 6, 22),
        needs=("reset", "proofs"),
        run=_found(anomaly),
    )


CHECKS = (
    *(_check(one) for one in kinds.ANOMALIES if one.name in _FAMILY),
    Check(
        name="steady",
        family="order",
        severity="must",
        harm="wrong",
        asks="The same deliveries always end in the same state.",
        cure="Let the probe show everything that decides what happens next, name what always changes by the option "
        "ignore, and let the reset put back everything.",
        needs=("reset", "proofs"),
        run=_steady,
    ),
    Check(
        name="as-the-store-says",
        family="truth",
        severity="must",
        harm="wrong",
        asks="After a scenario, its rows agree with the store.",
        cure="Deliver the events in the order in which they happened, and compare each stored field with the events.",
        facts=(10, 24),
        needs=("reset", "stories"),
        run=_true,
    ),
)
"""The checks of these families that need a search through orders."""
