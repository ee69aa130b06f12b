"""``save=`` and ``restore=`` for ``explore``, for each place where receivers keep their state.

A library is imported by the function that needs it, when it is called.
"""

from __future__ import annotations

from steppay_mock.ordering.saving.django import saving_django
from steppay_mock.ordering.saving.objects import saving_objects
from steppay_mock.ordering.saving.saving import Saving, saving_all
from steppay_mock.ordering.saving.sqlalchemy import saving_sqlalchemy, saving_sqlalchemy_async
from steppay_mock.ordering.saving.sqlite import saving_sqlite

__all__ = [
    "Saving",
    "saving_all",
    "saving_django",
    "saving_objects",
    "saving_sqlalchemy",
    "saving_sqlalchemy_async",
    "saving_sqlite",
]
