"""The members of the zoo: receivers with one flaw each."""

from __future__ import annotations

from conformance.zoo.flawed import (
    ages,
    answers,
    contents,
    courses,
    ids,
    keys,
    memories,
    refunds,
    signatures,
    updates,
    values,
)
from conformance.zoo.shop import Shop

FLAWED: dict[str, type[Shop]] = {
    shop.__name__: shop
    for family in (
        *(signatures.MEMBERS, keys.MEMBERS, ages.MEMBERS, contents.MEMBERS, ids.MEMBERS, values.MEMBERS),
        *(answers.MEMBERS, courses.MEMBERS, memories.MEMBERS, updates.MEMBERS, refunds.MEMBERS),
    )
    for shop in family
}
