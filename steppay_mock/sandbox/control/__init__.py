"""The control API of a sandbox, ``/_mock/*``: a test in any language resets, advances, holds and delivers with it."""
