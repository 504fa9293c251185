"""ROMP MoCap: turn a video into moving characters."""

from __future__ import annotations

from .registration import register, unregister

__all__ = ["register", "unregister"]
