"""Receivers with one mistake in the age of a webhook, or in the rotation of secrets."""

from __future__ import annotations

import time

from conformance.zoo.shop import Claim, Hook, RefusedError, Shop


class ChecksNoAge(Shop):
    finding = "replay/checks-no-age"
    tolerance = None


class TakesTheFuture(Shop):
    finding = "replay/too-new"

    def check_age(self, claim: Claim, _hook: Hook) -> None:
        if time.time() - int(claim.timestamp) > 300:
            raise RefusedError(401, "too old")


class TakesThePast(Shop):
    finding = "replay/too-old"

    def check_age(self, claim: Claim, _hook: Hook) -> None:
        if int(claim.timestamp) - time.time() > 300:
            raise RefusedError(401, "too new")


class AllowsFiveSeconds(Shop):
    finding = "replay/a-little-late"

    def check_age(self, claim: Claim, hook: Hook) -> None:
        super().check_age(claim, hook)
        if time.time() - int(claim.timestamp) > 5:
            raise RefusedError(401, "too old")


class AllowsNoSkew(Shop):
    finding = "replay/clock-ahead"

    def check_age(self, claim: Claim, hook: Hook) -> None:
        super().check_age(claim, hook)
        if int(claim.timestamp) - time.time() > 5:
            raise RefusedError(401, "from the future")


class JudgesAgeByTheBody(Shop):
    finding = "replay/judges-age-by-the-body"

    def check_age(self, _claim: Claim, hook: Hook) -> None:
        if abs(time.time() - self.read(hook.body)["timestamp"]) > 300:
            raise RefusedError(401, "too old")


class JudgesBoth(Shop):
    finding = "replay/old-event-now"

    def check_age(self, claim: Claim, hook: Hook) -> None:
        super().check_age(claim, hook)
        if abs(time.time() - self.read(hook.body)["timestamp"]) > 300:
            raise RefusedError(401, "too old")


class ReadsTheFirstKey(Shop):
    finding = "rotation/reads-one-key"

    def claim(self, header: str) -> Claim:
        found = super().claim(header)
        return Claim(found.timestamp, found.keys[:1])


class ReadsTheLastKey(Shop):
    finding = "rotation/reads-one-key"

    def claim(self, header: str) -> Claim:
        found = super().claim(header)
        return Claim(found.timestamp, found.keys[-1:])


class ReadsAllKeysAsOne(Shop):
    finding = "rotation/reads-one-key"

    def claim(self, header: str) -> Claim:
        found = super().claim(header)
        return Claim(found.timestamp, (";".join(found.keys),))


class ReadsTwoKeys(Shop):
    finding = "rotation/right-last"

    def claim(self, header: str) -> Claim:
        found = super().claim(header)
        return Claim(found.timestamp, found.keys[:2])


class TakesThreeKeys(Shop):
    """Several keys mean rotation, and during a rotation it lets everything in."""

    finding = "rotation/none-right"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        return len(claim.keys) > 2 or super().is_right(claim, body)


MEMBERS: tuple[type[Shop], ...] = (
    ChecksNoAge,
    TakesTheFuture,
    TakesThePast,
    AllowsFiveSeconds,
    AllowsNoSkew,
    JudgesAgeByTheBody,
    JudgesBoth,
    ReadsTheFirstKey,
    ReadsTheLastKey,
    ReadsAllKeysAsOne,
    ReadsTwoKeys,
    TakesThreeKeys,
)
