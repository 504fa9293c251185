"""Types shared by every room."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
"""A numpy array; docstrings give its shape and unit."""
