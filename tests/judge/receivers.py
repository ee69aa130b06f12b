"""The members that people wrote: receivers with one flaw, right ones, and those of the search through orders."""

from __future__ import annotations

from functools import partial

from conformance.checked import TYPES, card_of, card_of_flaw
from conformance.test_designs import EventLog, RawBodies, SaysUnprocessable, ShowsAccess, VendorSample
from conformance.test_order_zoo import UNFIT
from conformance.test_order_zoo import card_of as order_card_of
from conformance.zoo.members import FLAWED
from conformance.zoo.shop import Shop
from judge.designs import design_members
from judge.member import Member
from ordering.zoo.members import MEMBERS

from steppay_mock import Finding, Scorecard

_COPIES = frozenset({"duplicate/counts-copies-again", "duplicate/forgets-copies"})
_SAID_BY = {
    "double effect": _COPIES,
    "false dedupe": frozenset({"tie/takes-two-events-for-one"}),
    "wrong in every order": frozenset({"truth/as-the-store-says", "truth/keeps-old-values"}),
    "lost update": frozenset({"order/has-one-guard-for-all"}),
}
"""Findings that say the same as a kind of mistake in other words."""


def zoo_members() -> list[Member]:
    """Each flaw of the scorecard's zoo; searches through orders are made for flaws of orders."""
    return [
        Member(group="zoo", name=name, card=partial(_flaw_card, shop), is_true=partial(_is_named, shop.finding))
        for name, shop in FLAWED.items()
    ]


def right_members() -> list[Member]:
    """Right receivers of several designs."""
    advice = frozenset({"replay/checks-no-age", "signature/key-within-text"})
    found = [
        Member(
            group="right",
            name=shop.__name__,
            card=partial(_zoo_card, shop),
            is_right=True,
            allowed=advice if shop is VendorSample else frozenset(),
        )
        for shop in (Shop, EventLog, RawBodies, SaysUnprocessable, VendorSample)
    ]
    every_type = Member(group="right", name="ShopWithEveryType", card=partial(_whole_card, Shop), is_right=True)
    access = Member(group="right", name="ShowsAccess", card=_access_card, is_right=True)
    return [*found, every_type, access, *design_members()]


def order_members() -> list[Member]:
    """The receivers of the search through orders; its unfit ones need a story of their own."""
    return [
        Member(
            group="orders",
            name=name,
            card=partial(order_card_of, one),
            is_right=one.flaw is None,
            is_true=None if one.flaw is None else partial(_says, one.flaw),
        )
        for name, one in MEMBERS.items()
        if name not in UNFIT
    ]


def _flaw_card(shop: type[Shop]) -> Scorecard:
    return card_of_flaw(shop())


def _zoo_card(shop: type[Shop]) -> Scorecard:
    wanted = {} if shop.options or shop.every_type else {"types": TYPES}
    return card_of(shop(), quick=False, **wanted)


def _whole_card(shop: type[Shop]) -> Scorecard:
    return card_of(shop(), quick=False)


def _access_card() -> Scorecard:
    return card_of(ShowsAccess(), types=["subscription.updated"], only=["big-id", "tie"])


def _is_named(name: str | None, finding: Finding) -> bool:
    return finding.full_name == name


def _says(flaw: str, finding: Finding) -> bool:
    """Whether the finding is that kind of mistake, or a cause that explains it."""
    ends = f"/{flaw.replace(' ', '-')}"
    return any(one.endswith(ends) for one in (finding.full_name, *finding.explains)) or (
        finding.full_name in _SAID_BY.get(flaw, ())
    )
