"""Footage: a video, a folder of pictures or one picture, as frames with true presentation times."""

from .reader import Footage, open_footage

__all__ = ["Footage", "open_footage"]
