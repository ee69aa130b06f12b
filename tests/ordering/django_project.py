"""A Django project whose tables are saved and brought back. Tests run it in a process of its own.

Where libpq's variables name a database it is on PostgreSQL, and else on SQLite.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings
from django.db import connection, models, transaction
from pytest import raises  # noqa: PT013 - it is a script


class Shop(AppConfig):  # type: ignore[misc]
    name = "__main__"
    label = "shop"


POSTGRES = "PGDATABASE" in os.environ
KIND, NAME = ("postgresql", os.environ["PGDATABASE"]) if POSTGRES else ("sqlite3", ":memory:")
settings.configure(
    DATABASES={"default": {"ENGINE": f"django.db.backends.{KIND}", "NAME": NAME}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "__main__.Shop"],
    USE_TZ=True,
)
django.setup()

from django.utils.timezone import now  # noqa: E402 - it wants the settings

from steppay_mock import SteppayMockError  # noqa: E402
from steppay_mock.ordering.saving.django import saving_django  # noqa: E402
from steppay_mock.ordering.state.normal import normalise, plain  # noqa: E402


class Customer(models.Model):  # type: ignore[misc]
    name = models.CharField(max_length=40)
    boss = models.ForeignKey("self", models.SET_NULL, null=True)
    since = models.DateTimeField()
    facts = models.JSONField(null=True)

    class Meta:
        app_label = "shop"


class Company(Customer):
    tax = models.DecimalField(max_digits=9, decimal_places=2)
    double = models.GeneratedField(
        expression=models.F("tax") * 2, output_field=models.FloatField(), db_persist=POSTGRES
    )
    friends = models.ManyToManyField(Customer, related_name="companies")

    class Meta:
        app_label = "shop"


class Note(models.Model):  # type: ignore[misc]
    text = models.CharField(max_length=40)

    class Meta:
        app_label = "an app that is not installed"
        db_table = "notes"


class Other(models.Model):  # type: ignore[misc]
    class Meta:
        app_label = "shop"


TABLES = ["shop_customer", "shop_company", "shop_company_friends", "notes"]
COUNTERS = ["shop_customer_id_seq", "shop_company_friends_id_seq", "notes_id_seq"] if POSTGRES else ["sqlite_sequence"]


def read() -> list[Any]:
    with connection.cursor() as cursor:
        columns = "last_value, is_called" if POSTGRES else "*"
        counters = [fetch(cursor, f"SELECT {columns} FROM {counter} ORDER BY 1, 2") for counter in COUNTERS]
        return [fetch(cursor, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES] + counters


def fetch(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    found: list[Any] = cursor.fetchall()
    return found


def change(random: Random) -> None:
    with transaction.atomic():
        Note.objects.create(text=str(random.random()))
        if random.random() < 0.7:
            facts = random.choice([None, {"a": [1]}])
            one = Company.objects.create(
                name=str(random.random()), since=now(), tax=f"{random.random():.2f}", facts=facts
            )
            one.friends.set(Customer.objects.order_by("?")[:2])
            Customer.objects.update(boss=one)
        elif last := Customer.objects.order_by("id").last():
            last.delete()


def check(saving: Any) -> None:
    random, states = Random(7), []
    for _ in range(12):
        states.append((saving["save"](), read()))
        change(random)
    assert len({repr(seen) for _, seen in states}) > 8
    for saved, seen in random.sample(states, 12) + random.sample(states, 12):
        saving["restore"](saved)
        assert read() == seen, (read(), seen)
        change(random)


with connection.schema_editor() as editor:
    for model in (Customer, Company, Note):
        editor.create_model(model)
change(Random(2))

check(saving_django())
check(saving_django(Company, Note))
with transaction.atomic():
    check(saving_django(Company, Note))
    transaction.set_rollback(True)

Customer.objects.all().delete()
last = Company.objects.create(name="kim", since=now(), tax="1.50", facts={"a": 1})
(shown,) = plain(normalise(list(Company.objects.all())))
assert (shown["id"], shown["name"], shown["boss_id"], shown["facts"]) == (last.pk, "kim", None, {"a": 1}), shown
assert (str(shown["tax"]), shown["double"], shown["customer_ptr_id"]) == ("1.50", 3.0, last.pk), shown
with raises(
    SteppayMockError,
    match=r"a QuerySet at \$, which may give other values at each iteration\. Return list\(\.\.\.\) of it",
):
    normalise(Company.objects.all())
with raises(SteppayMockError, match=r"There is no table 'shop_other' in the database\. Let the tests migrate first\."):
    saving_django(Other)["save"]()
