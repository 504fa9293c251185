"""Images of one size from the decoded frames of a live source, over all of its connections."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ...typing import Array
from ..converter import Converter


class LiveImages:
    """Converts frames; the first one decides the size, as in files, also when the resolution changes later."""

    def __init__(self) -> None:
        self._converter: Converter | None = None

    def image(self, frame: Any, codec: Any) -> Array | None:
        """The image (H, W, 3) uint8 RGB of a decoded frame; None when it cannot be converted.

        Args:
            codec: the context that decoded it.
        """
        if self._converter is None:
            self._converter = Converter(frame, SimpleNamespace(sample_aspect_ratio=None, codec_context=codec))
        return self._converter.image(frame)
