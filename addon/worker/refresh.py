"""Drawing again what a running job changed, and nothing else: 3D views take long to draw, and hold up the job."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..blender.redraw import redraw, redraw_sidebars, redraw_views
from . import indicator, preview
from .panel import progress_text

if TYPE_CHECKING:
    from .session import Session

_SECONDS = 0.25
_shown: Any = None
_at = 0.0
_poses = 0


def show(session: Session | None) -> None:
    """Draw sidebars, preferences and indicator again where their texts changed, and views where the poses did.

    Args:
        session: the running job; None when one has just ended.
    """
    global _shown, _at, _poses
    if preview.changes() != _poses:
        _poses = preview.changes()
        redraw_views()
    now = time.monotonic()
    texts = _texts(session)
    if texts == _shown or (session is not None and now - _at < _SECONDS):
        return
    _shown, _at = texts, now
    redraw_sidebars()
    redraw("PREFERENCES")
    indicator.redraw()


def _texts(session: Session | None) -> Any:
    """What panels and indicator show of a job."""
    if session is None:
        return None
    text = progress_text(session.progress) if session.progress is not None else ""
    return session.title, text, round(session.share, 2), session.started, session.cancelling, session.saving
