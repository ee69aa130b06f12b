"""Patches this process while ``api.patched()`` lasts: clients are answered by the API, or refused StepPay's hosts.

``patched`` starts it and patches ``requests``; ``httpx_client`` patches ``httpx``. ``requests_mocks`` and
``httpx_mocks`` share the clients with mocks of the user's. ``vendor_hosts`` and ``closed_clients`` refuse StepPay's
hosts to all other clients. ``replacement`` replaces one function of a library for a while.
"""
