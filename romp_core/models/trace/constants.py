"""TRACE's fixed numbers: the length of a clip and the pinhole in front of which people stand."""

from __future__ import annotations

CLIP = 8
"""Frames that the network reads at a time."""

FOCAL = 548 / 512
"""Focal length of that pinhole, in lengths of the image's longer side."""
