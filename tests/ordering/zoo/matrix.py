"""The result that every search of the zoo must have: which flaw shows where, and the smallest counterexample."""

from __future__ import annotations

from dataclasses import dataclass

# receiver, event set, kind of what differs, fewest events, inversions and repeats, and what of the set shows it: an
# order of all its events, only a repeat beside them, or only a part of them, because all of them heal it.
_TABLE = """
last-arrival-wins                  renewal-recovers       state    2 1 0   order
last-arrival-wins                  refund-in-parts        state    2 1 0   order
last-arrival-wins                  deposit                state    2 1 0   order
first-arrival-wins                 renewal-recovers       state    2 1 0   order
first-arrival-wins                 invoice-paid           state    2 1 0   order
creation-overwrites                renewal-recovers       state    2 1 0   order
creation-overwrites                profile                state    2 1 0   order
times-in-kst                       purchase               state    2 1 0   order
times-as-text                      profile                state    2 1 0   order
nulls-are-not-written              profile                state    2 1 0   order
stale-moves-the-guard              renewal-recovers       state    3 2 0   order
stale-moves-the-guard              pause-at-period-end    state    3 2 0   order
one-clock-for-all                  renewal-recovers       state    2 1 0   order
one-clock-for-all                  customer-subscribes    state    2 1 0   order
one-clock-for-all                  tied-updates           state    2 1 0   part
update-of-nothing-raises           profile                state    2 1 0   order
update-of-nothing-raises           profile                answer   2 1 0   order
update-of-nothing-raises           tied-updates           state    2 1 0   order
update-of-nothing-raises           tied-updates           answer   2 1 0   order
update-of-nothing-is-dropped       profile                state    2 1 0   order
update-of-nothing-is-dropped       tied-updates           state    2 1 0   order
payment-needs-order                purchase               state    2 1 0   order
payment-needs-order                purchase               answer   2 1 0   order
payment-needs-order                refund-in-parts        state    2 1 0   order
payment-needs-order                refund-in-parts        answer   2 1 0   order
payment-needs-order                deposit                state    2 1 0   order
payment-needs-order                deposit                answer   2 1 0   order
invoice-must-be-sent               invoice-paid           state    2 1 0   order
invoice-must-be-sent               invoice-paid           answer   2 1 0   order
cancellation-of-nothing-is-dropped paused-then-cancelled  state    2 1 0   order
writes-then-refuses                purchase               answer   2 1 0   order
writes-then-refuses                deposit                answer   2 1 0   order
share-of-nothing                   refund-in-parts        state    2 1 0   order
share-of-nothing                   refund-in-parts        answer   2 1 0   order
one-waiting-place                  renewal-recovers       state    3 3 0   order
one-waiting-place                  pause-at-period-end    state    3 3 0   order
ids-of-two-types                   purchase               state    2 1 0   order
ids-of-two-types                   refund-in-parts        state    2 1 0   order
deletes-the-row                    customer-leaves        state    2 1 0   order
deletes-the-row                    catalogue              state    2 1 0   order
no-tombstone-for-the-unknown       customer-leaves        state    2 1 0   order
no-tombstone-for-the-unknown       catalogue              state    2 1 0   order
created-once-more                  customer-leaves        state    2 1 1   repeat
price-of-an-old-product            catalogue              state    2 1 0   order
prices-with-two-writers            catalogue              state    2 1 0   order
same-type-and-second               tied-updates           state    2 1 0   order
same-type-and-second               renewal-queues         state    2 1 0   order
same-type                          renewal-recovers       state    2 1 0   order
same-type                          renewals               state    2 1 0   order
same-thing                         refund-in-parts        state    2 1 0   order
same-thing                         deposit                state    2 1 0   order
same-thing-and-status              renewal-recovers       state    3 2 0   order
within-ten-minutes                 tied-updates           state    2 1 0   order
within-ten-minutes                 purchase               state    2 1 0   order
remembers-two                      three-failures         state    3 2 1   repeat
remembers-one-day                  three-failures         state    2 1 1   repeat
refuses-repeats                    purchase               answer   1 0 1   repeat
equal-is-newer                     tied-updates           state    2 1 0   order
equal-is-newer                     renewal-queues         state    2 1 0   order
equal-is-newer                     purchase               state    2 1 0   order
equal-is-newer                     tie-healed             state    2 1 0   part
equal-is-older                     tied-updates           state    2 1 0   order
equal-is-older                     renewal-queues         state    2 1 0   order
equal-is-older                     purchase               state    2 1 0   order
equal-is-older                     tie-healed             state    2 1 0   part
rank-without-queueing              renewal-queues         state    2 1 0   order
rank-without-pending-pause         pause-at-period-end    state    2 1 0   order
rank-without-pending-pause         pause-at-period-end    answer   1 0 1   order
adds-payments                      purchase               state    1 0 1   repeat
adds-payments                      deposit                state    1 0 1   repeat
adds-payments                      renewal-recovers       state    1 0 1   repeat
adds-refunds                       refund-in-parts        state    1 0 1   repeat
adds-rises                         refund-in-parts        state    2 1 1   repeat
adds-usage                         usage                  state    1 0 1   repeat
renewal-clears-usage               usage                  state    2 1 0   order
counts-renewals-twice              renewals               state    2 1 0   order
three-failures-in-a-row            three-failures         state    4 1 0   order
mails-each-delivery                purchase               effects  1 0 1   repeat
mails-each-delivery                deposit                effects  1 0 1   repeat
mails-again-after-refund           refund-in-parts        effects  2 1 1   repeat
coupon-for-a-change                purchase               effects  2 1 0   order
coupon-for-a-change                deposit                effects  2 1 0   order
coupon-for-each-update             purchase               effects  1 0 1   repeat
coupon-for-each-update             deposit                effects  1 0 1   repeat
welcomes-at-first-sight            profile                effects  2 1 0   order
welcomes-at-first-sight            customer-leaves        effects  2 1 0   order
withdraws-points-of-known-orders   refund-in-parts        effects  3 1 0   order
address-set-once                   profile                state    2 1 0   order
address-copied                     customer-subscribes    state    2 1 0   order
address-cached                     customer-subscribes    state    2 1 0   order
paid-when-it-came                  purchase               state    2 1 0   order
paid-when-it-came                  deposit                state    2 1 0   order
refuses-impossible-moves           paused-then-cancelled  state    2 1 0   part
refuses-impossible-moves           paused-then-cancelled  answer   2 1 0   order
refuses-impossible-moves           pause-at-period-end    state    2 1 0   order
refuses-impossible-moves           pause-at-period-end    answer   2 1 0   order
refuses-the-stale                  renewal-recovers       answer   2 1 0   order
refuses-the-stale                  purchase               answer   2 1 0   order
latest-two                         three-failures         state    3 1 0   order
latest-two                         customer-leaves        state    3 1 0   order
latest-three                       three-failures         state    4 1 0   order
latest-three                       profile                state    4 1 0   order
latest-four                        renewals               state    5 1 0   order
latest-four                        deposit                state    5 1 0   order
sorts-in-pairs                     pause-at-period-end    state    3 1 0   order
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """One row: what differs, by how little, and where it shows."""

    receiver: str
    events: str
    kind: str
    measure: tuple[int, int, int]
    shows_in: str


def _row(line: str) -> Expected:
    receiver, events, kind, fewest, inversions, repeats, shows_in = line.split()
    return Expected(receiver, events, kind, (int(fewest), int(inversions), int(repeats)), shows_in)


MATRIX = tuple(_row(line) for line in _TABLE.strip().splitlines())
