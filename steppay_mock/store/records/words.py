"""Which words do all records share?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Words = Mapping[str, Any]
"""The fields of a webhook that the store does not reckon with, as the factory made them."""

Key = int | str
"""What a record is found by (fact 15)."""
