"""The kinds of mistakes that a counterexample can show: the name, the meaning and the usual fix of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A kind of mistake: its name, its meaning in one sentence, and the usual fix."""

    name: str
    meaning: str
    fix: str

    def __str__(self) -> str:
        return self.name


REFUSED = Anomaly(
    name="refused",
    meaning="An event is refused although the events arrive in the original order.",
    fix="Read the answer, and correct the receiver where it refuses: it has to answer 2xx to every event type that it "
    "is registered for, also to events that it does not use; if it refuses some on purpose, pass the option accept.",
)
STALE_OVERWRITE = Anomaly(
    name="stale overwrite",
    meaning="An older event arrived after a newer one about the same thing, and overwrote it.",
    fix="Store with each row the timestamp of the last event that was applied, and write only newer events: the order "
    "of delivery is not guaranteed (fact 5); or read the current state from the REST API (fact 27).",
)
RESURRECTION = Anomaly(
    name="resurrection",
    meaning="An older event arrived after its thing had ended, and brought it back.",
    fix="Keep a tombstone: remember what was deleted, CANCELED or EXPIRED, even if that event is the first to arrive, "
    "and let no older event bring it back (CANCELED and EXPIRED are final, fact 24).",
)
ORPHAN_UPDATE_LOST = Anomaly(
    name="orphan update lost",
    meaning="An event arrived before the first event about its thing, and was dropped.",
    fix="Create the row from the event that arrives first (an upsert), or keep the early event and apply it when the "
    "row exists: the order of delivery is not guaranteed (fact 5), and no retries are documented (fact 23).",
)
DOUBLE_EFFECT = Anomaly(
    name="double effect",
    meaning="One event had its effect twice.",
    fix="Store a hash of each body in the transaction that has the effect, and skip a body that is already stored: "
    "duplicates happen (fact 22), and an event has no id (fact 4).",
)
FALSE_DEDUPE = Anomaly(
    name="false dedupe",
    meaning="Two different events were treated as duplicates: the second to arrive changed nothing.",
    fix="Treat two bodies as duplicates only if they are equal byte for byte: type, id and second do not tell two "
    "events apart (facts 4 and 6).",
)
TIE_FLIP = Anomaly(
    name="tie flip",
    meaning="Two events have the same timestamp, and the order of arrival decided which one counts.",
    fix="Compare timestamps, and since they are in seconds (fact 6), decide a tie by the content, with a rule that "
    "gives the same result in both orders, such as a rank of statuses; or read the current state from the REST API "
    "(fact 27).",
)
LOST_UPDATE = Anomaly(
    name="lost update",
    meaning="Two events wrote to the same place, and what one of them wrote is lost.",
    fix="Write only the fields that the event is about, in one atomic statement or under a lock; do not read a row, "
    "change it and write the whole row back.",
)
ORDER_DEPENDENT_REJECTION = Anomaly(
    name="order-dependent rejection",
    meaning="An event is accepted in one order and refused in another, or as a repeat.",
    fix="Answer 2xx and keep the event until the row that it needs exists, or create that row from the event itself: "
    "no retries are documented (fact 23); answer 2xx to a duplicate too (fact 22).",
)
REJECTION_IN_FLIGHT = Anomaly(
    name="rejection in flight",
    meaning="An event that is accepted alone is refused while another one is in flight.",
    fix="Let the database wait for its lock (busy_timeout in SQLite, FOR UPDATE elsewhere), and repeat a transaction "
    "that failed to serialise; answer 2xx to a copy that violates a unique constraint: no retries are documented "
    "(fact 23).",
)
DOUBLE_EFFECT_IN_FLIGHT = Anomaly(
    name="double effect in flight",
    meaning="Two deliveries in flight at once saw nothing done yet, and both did it.",
    fix="Do not check first and insert later: insert the hash of the body first, under a unique constraint, in the "
    "transaction that has the effect, and skip the event if the insert fails (duplicates happen, fact 22).",
)
BROKEN_INVARIANT = Anomaly(
    name="broken invariant",
    meaning="The invariant has to hold after every delivery, and does not hold after this one.",
    fix="Write what belongs together in one transaction, and keep an event that arrives too early until the rows that "
    "it needs exist: the state can be read between any two deliveries (fact 5).",
)
ROW_ORDER = Anomaly(
    name="row order",
    meaning="The probe gives the same rows in another order; nothing else differs.",
    fix="Sort the rows in the probe (ORDER BY an id): without it, a database may return them in any order; if their "
    "order has a meaning, let the receiver sort them by a value of the events, such as the timestamp.",
)
WRONG_IN_EVERY_ORDER = Anomaly(
    name="wrong in every order",
    meaning="Even in the original order, the final state is not what the store says.",
    fix="Correct this first: deliver the events in the original order, and compare each stored field with the events.",
)
ORDER_DEPENDENCE = Anomaly(
    name="order dependence",
    meaning="The same events end differently in another order.",
    fix="Let the stored state follow from the content of the events, not from the order of arrival: compare the "
    "timestamps of each thing, keep events that arrive early, and skip events that are known (facts 4, 5 and 6).",
)

ANOMALIES = (
    REFUSED,
    STALE_OVERWRITE,
    RESURRECTION,
    ORPHAN_UPDATE_LOST,
    DOUBLE_EFFECT,
    FALSE_DEDUPE,
    TIE_FLIP,
    LOST_UPDATE,
    ORDER_DEPENDENT_REJECTION,
    REJECTION_IN_FLIGHT,
    DOUBLE_EFFECT_IN_FLIGHT,
    BROKEN_INVARIANT,
    ROW_ORDER,
    WRONG_IN_EVERY_ORDER,
    ORDER_DEPENDENCE,
)
"""Every kind that a counterexample may have."""
