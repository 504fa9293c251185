"""Footage that comes as it happens: cameras, addresses, and files played in real time. The newest frame wins."""

from .feed import Feed, LiveFrame
from .open_live import open_live

__all__ = ["Feed", "LiveFrame", "open_live"]
