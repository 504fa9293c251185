"""TRACE's fixed numbers: the length of a clip, the pinhole in front of which people stand, the padding."""

from __future__ import annotations

CLIP = 8
"""Frames that the network reads at a time."""

FOCAL = 548 / 512
"""Focal length of that pinhole, in lengths of the image's longer side."""

BACKGROUND = 255
"""White: what is around the image in the square that the network reads."""
