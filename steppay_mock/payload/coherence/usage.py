"""Usage: running sums that add up, and no more used than allowed (fact 26)."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.payload.coherence.fields import Fields


def settle_usage(usage: Fields) -> None:
    """Make the sums those of the entries; half of the time with an allowance, half of the time postpaid without one."""
    draw, entries = usage.draw, usage.each("recordQuotas")
    has_quota = usage.is_fixed("accumulatedQuota") or draw.chance(0.5)
    used = allowed = 0
    moment = draw.now - timedelta(hours=len(entries))
    for entry in entries:
        moment += timedelta(seconds=draw.between(60, 3600))
        entry.put(influxDate=draw.stamp(min(moment, draw.now)))
        _bound(entry, "deltaRecord", draw.largest - used)
        used += _whole(entry["deltaRecord"])
        allowed = _settle_quota(entry, used, allowed, has_quota=has_quota)
        entry.put(accumulateRecord=used)
    usage.put(accumulatedRecord=used, accumulatedQuota=allowed)
    usage.need("recordQuotas", "accumulatedQuota")
    if not has_quota:
        usage.clear("accumulatedQuota")


def _settle_quota(entry: Fields, used: int, allowed: int, *, has_quota: bool) -> int:
    if not has_quota:
        entry.clear("deltaQuota", "accumulateQuota")
        return allowed
    if not entry.draw.edge:
        entry.put(deltaQuota=0 if allowed else entry.draw.between(1, 5) * 1_000)  # an allowance, then use of it
    _bound(entry, "deltaQuota", entry.draw.largest - allowed)
    if allowed + _whole(entry["deltaQuota"]) < used:
        entry.put(deltaQuota=used - allowed)  # the allowance is never below what was used
    allowed += _whole(entry["deltaQuota"])
    entry.put(accumulateQuota=allowed)
    entry.need("deltaQuota", "accumulateQuota")
    return allowed


def _bound(entry: Fields, name: str, most: int) -> None:
    entry.put(**{name: max(min(_whole(entry[name]), most), 0)})


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
