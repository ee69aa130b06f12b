"""Checks of order: what the searches through all orders of some scenarios found, by the kind of mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.kinds import Family, Harm
from steppay_mock.conformance.proofs import has_tie
from steppay_mock.ordering import anomaly as kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.proofs import Proofs
    from steppay_mock.ordering.anomaly import Anomaly

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
                    detail=counterexample.report(),
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
    """Whether the ends agree with the store, where a column has a name that says what it is."""
    proofs = at.proofs
    hints = [hint for one in proofs.found for hint in one.hints]
    if hints:
        korean = ("kst",) if any(hint.kind == "nine-hours" for hint in hints) else ()
        rounded = ("rounded",) if any(hint.kind == "rounded-id" for hint in hints) else ()
        told = tuple(hint.sentence for hint in hints[:3])
        return failed(
            f"In {_places(len(hints))} the end contradicts the store of the scenario. {told[0]}",
            detail="\n".join(told[1:]),
            tags=(*korean, *rounded),
        )
    compared = [one for one in proofs.found if one.ok and not one.uncompared]
    if not compared:
        return skipped("No end of a search had anything that could be compared with the store.")
    return PASSED


def _places(count: int) -> str:
    return "one place" if count == 1 else f"{count} places"


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
        needs=("reset", "proofs"),
        run=_true,
    ),
)
"""The checks of these families that need a search through orders."""
