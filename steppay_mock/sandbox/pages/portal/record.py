"""The page of one record of the store: what a webhook would say of it, and all actions that it allows now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import NotFound

from steppay_mock.sandbox.pages.portal.doing import done
from steppay_mock.sandbox.pages.portal.fields import FieldRow, read_record
from steppay_mock.sandbox.pages.portal.forms import WrongInputError
from steppay_mock.sandbox.pages.portal.offered import OfferGroup, grouped
from steppay_mock.sandbox.pages.portal.offers import Offers, ShownRecord, find_record
from steppay_mock.sandbox.pages.portal.store import show_store
from steppay_mock.store.record_data import data_of
from steppay_mock.store.records import Invoice, Item, Order, Subscription, Usage

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page
    from steppay_mock.sandbox.pages.refusals import ShownRefusal
    from steppay_mock.store.store import Store

_ENTRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredItem:
    """An item of a subscription, and its usage, the newest entries first; None if it has none."""

    item: Item
    usage: Usage | None

    @property
    def entries(self) -> list[Any]:
        """The newest entries of its usage."""
        return [] if self.usage is None else list(self.usage.entries[: -_ENTRIES - 1 : -1])


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A record as its page shows it."""

    record: ShownRecord
    groups: list[OfferGroup]
    fields: list[FieldRow]
    order_code: str | None
    """The code of the order that can be paid on its payment page."""
    items: list[MeteredItem]
    currency: str


def answer_record(sandbox: SandboxCore, page: Page, noun: str, key: int | str) -> Response:
    """All of a record, and its forms."""
    return _show(sandbox, page, noun, key)


def answer_action(sandbox: SandboxCore, page: Page, noun: str, key: int | str) -> Response:
    """Do the action of a button for a record."""
    form = page.request.form
    if sandbox.read(lambda store: find_record(store, noun, key)) is None:
        raise NotFound

    def act() -> None:
        shown = _read(sandbox, noun, key)
        offers = [] if shown is None else [one for group in shown.groups for one in group.offers]
        found = next((one for one in offers if one.key == form.get("do")), None)
        if found is None:
            raise WrongInputError("wrong_store_button")
        sandbox.act(found.action, found.asks_for({noun: key}, form))

    wrong = done(page, act)
    is_of_record = form.get("page") == "record"
    if wrong is not None:
        return _show(sandbox, page, noun, key, wrong=wrong) if is_of_record else show_store(sandbox, page, wrong=wrong)
    return page.redirect(None if is_of_record and _read(sandbox, noun, key) is not None else "/store")


def _show(
    sandbox: SandboxCore, page: Page, noun: str, key: int | str, *, wrong: ShownRefusal | None = None
) -> Response:
    shown = _read(sandbox, noun, key)
    if shown is None:
        raise NotFound
    return page.answer("record.html", status=400 if wrong else 200, noun=noun, shown=shown, wrong=wrong)


def _read(sandbox: SandboxCore, noun: str, key: int | str) -> RecordPage | None:
    def read(store: Store) -> RecordPage | None:
        record = find_record(store, noun, key)
        if record is None:
            return None
        usage = store.tables_at(len(store.events)).usage
        items = record.items if isinstance(record, Subscription) else ()
        return RecordPage(
            record=record,
            groups=grouped(Offers(store).of(record)),
            fields=read_record(type(record).__name__, data_of(record)),
            order_code=_payable(store, record),
            items=[MeteredItem(item=one, usage=usage.get(one.id)) for one in items],
            currency=store.currency,
        )

    found: RecordPage | None = sandbox.read(read)
    return found


def _payable(store: Store, record: ShownRecord) -> str | None:
    number = record.order_id if isinstance(record, Invoice) else record.id if isinstance(record, Order) else None
    order = next((one for one in store.orders if one.id == number), None)
    if order is None or not {"pay", "confirm_payment"} & set(store.allowed_for(order)):
        return None
    return order.code
