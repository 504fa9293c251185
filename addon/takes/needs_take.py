"""What operators and panels about one take have in common."""

from __future__ import annotations

import bpy

from . import take_list


class NeedsTake:
    """Mixin: there while a take is selected."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return take_list.active_take(context.scene) is not None
