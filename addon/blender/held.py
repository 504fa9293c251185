"""Objects that are held on to while the user works: they may be renamed or deleted, and undo may replace them."""

from __future__ import annotations

import bpy


class HeldObject:
    """An object that is found again whenever it is asked for."""

    def __init__(self, item: bpy.types.Object) -> None:
        self._uid, self._name = item.session_uid, item.name

    def find(self) -> bpy.types.Object | None:
        """The object; None once it was deleted."""
        item = bpy.data.objects.get(self._name)
        if item is None or item.session_uid != self._uid:
            item = next((each for each in bpy.data.objects if each.session_uid == self._uid), None)
        if item is None or not item.users_collection:
            return None
        self._name = item.name
        return item
