"""Deleting objects as users and scripts do."""

import bpy


def remove(item, by_hand):
    if by_hand:  # as with the X key: pointers of scenes keep the object in the file
        bpy.ops.object.select_all(action="DESELECT")
        item.select_set(True)
        bpy.ops.object.delete()
    else:
        bpy.data.objects.remove(item)
