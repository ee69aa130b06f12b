"""The page of races tells every id that a probe gets."""

from __future__ import annotations

from dataclasses import fields

from docs.pages import code_in, rows, section

from steppay_mock.ordering.receiver.identifiers import Ids


def test_every_field_of_the_ids_has_its_row() -> None:
    told = [
        name for row in rows(section("ordering-races", "A receiver that cannot be emptied")) for name in code_in(row[0])
    ]
    assert sorted(told) == sorted([*(one.name for one in fields(Ids)), "customer_id"])
