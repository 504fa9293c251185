"""Footage: a video, a folder of images or one image, as frames with their true presentation times."""

from .reader import Footage, open_footage

__all__ = ["Footage", "open_footage"]
