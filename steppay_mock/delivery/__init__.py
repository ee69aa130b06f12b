"""Delivers events to a receiver: over HTTP, to a WSGI or ASGI app in process, or to a Lambda function."""
