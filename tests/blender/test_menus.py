"""Blender's own menus offer what the extension does, and forget it when it is disabled."""

from types import SimpleNamespace

import bpy
from layouts import Layout

MENUS = ("TOPBAR_MT_file_import", "TOPBAR_MT_file_export", "VIEW3D_MT_add", "VIEW3D_MT_pose")


def own(menu):
    return [draw for draw in getattr(bpy.types, menu)._dyn_ui_initialize() if draw.__module__ == "addon.menus"]


def test_entries_come_and_go_with_the_extension(mocap):
    texts = []
    for menu in MENUS:
        (draw,) = own(menu)
        layout = Layout()
        draw(SimpleNamespace(layout=layout), None)
        texts += layout.texts
    assert texts[0].startswith("Motion Capture Results (.npz") and ".fbx, .glb" in texts[1]
    assert texts[2:] == ["Motion Capture from Video", "Keep Motion Capture Pose Fix"]
    mocap.unregister()
    assert not any(own(menu) for menu in MENUS)
    mocap.register()
