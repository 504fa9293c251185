"""Enabling the extension is quick, brings nothing heavy, and can be done again and again."""

import os
import subprocess
import sys
from pathlib import Path

import bpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_LIGHT = {"numpy", "onnxruntime", "cv2", "av", "torch", "scipy", "munkres", "pythonosc"}
NOT_LIGHT |= {"romp_core.take.take", "romp_core.worker.client"}
SCRIPT = """
import bpy, os, sys
loaded = set(sys.modules)
try:
    import addon
    addon.register()
    print("NEW", *(set(sys.modules) - loaded))
finally:
    sys.stdout.flush()
    os._exit(0)
"""


def test_enabling_imports_only_what_is_light():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert "NEW" in done.stdout, done.stderr
    new = set(done.stdout.split("NEW")[1].split())
    assert not new & NOT_LIGHT
    assert "romp_core.take.settings" in new


def test_a_hundred_times_leaves_nothing_behind():
    import addon

    def classes():
        return {name for name in dir(bpy.types) if "MOCAP" in name.upper()}

    before = classes()
    for _ in range(100):
        addon.register()
        assert bpy.context.scene.romp_mocap.capture.model == "blazepose"
        addon.unregister()
    assert classes() == before
    assert not hasattr(bpy.types.Scene, "romp_mocap")
    assert not [handler for handler in bpy.app.handlers.load_post if handler.__module__.startswith("addon")]


def test_panel_and_operators_offer_every_setting_of_the_core(mocap):
    from romp_core.take.settings import CaptureSettings, SolveSettings, flat, setting_fields

    group = bpy.context.scene.romp_mocap
    operator = bpy.ops.romp_mocap.capture.get_rna_type().properties
    for settings, owner in ((CaptureSettings, group.capture), (SolveSettings, group.solve)):
        defaults = flat(settings())
        for item in setting_fields(settings):
            assert getattr(owner, item.name) == pytest.approx(defaults[item.name])
            assert operator[item.name].description == item.metadata["help"]


def test_names_follow_the_conventions(mocap):
    for cls in mocap.registration.CLASSES:
        kind, name = cls.__name__.removeprefix("ROMP_MOCAP_").split("_", 1)
        assert cls.__name__.startswith("ROMP_MOCAP_") and kind in {"OT", "PT", "PG", "UL", "MT", "FH", "AP"}
        if kind == "OT":
            assert cls.bl_idname == f"romp_mocap.{name}"


def test_texts_are_written_as_blender_writes_them(mocap):
    """Labels in title case, descriptions as sentences without their last period."""
    small = {"a", "of", "on", "to", "for", "and", "in", "by", "from", "again", "at", "with", "or"}
    texts = []
    for cls in mocap.registration.CLASSES:
        if issubclass(cls, bpy.types.Operator):
            texts += [(cls.bl_label, cls.__doc__ or "")]
        if hasattr(cls, "bl_rna"):
            known = {"name", "rna_type", *(item.identifier for base in cls.__bases__ for item in properties(base))}
            texts += [
                (item.name, item.description) for item in properties(cls) if item.name and item.identifier not in known
            ]
    assert len(texts) > 60
    for label, description in texts:
        parts = [part for part in label.split() if part[0].isalpha() and label != label.lower()]
        assert all(part[0].isupper() or part in small for part in parts), label
        assert not description.endswith("."), description


def properties(cls):
    return cls.bl_rna.properties if hasattr(cls, "bl_rna") else []
