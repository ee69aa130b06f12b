"""Calls apps in this process, WSGI or ASGI, and keeps the databases and event loops of the test in order."""
