"""The actions of a store: one module for each part of the business.

Each class inherits the classes whose methods it calls, and no others. All of them share the tables, the clock and the
event log of :class:`~steppay_mock.store.base.StoreBase`; :mod:`~steppay_mock.store.actions.all_actions` joins them.
"""
