"""The causes behind failed checks: causes before symptoms."""
