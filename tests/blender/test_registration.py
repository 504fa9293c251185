"""Enabling the extension is quick, brings nothing heavy, and can be done again and again."""

import os
import subprocess
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"numpy", "onnxruntime", "cv2", "av", "torch", "scipy", "romp_core.take", "romp_core.worker.client", "munkres"}
SCRIPT = """
import bpy, os, sys, time
loaded, cpu = set(sys.modules), time.process_time()
try:
    import addon
    addon.register()
    print("CPU", time.process_time() - cpu)
    print("NEW", *(set(sys.modules) - loaded))
finally:
    sys.stdout.flush()
    os._exit(0)
"""


def test_enabling_takes_at_most_50_ms_and_imports_nothing_heavy(tmp_path):
    # as in an installed extension, byte code is kept after the first start
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT]
    runs = []
    for _ in range(4):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert "CPU" in done.stdout, done.stderr
        output = done.stdout
        runs.append(float(output.split("CPU")[1].split()[0]))
        new = set(output.split("NEW")[1].split())
        assert not new & HEAVY
        assert "romp_core.take.settings" in new
    assert min(runs) <= 0.05, runs


def test_a_hundred_times_leaves_nothing_behind():
    import addon

    def classes():
        return {name for name in dir(bpy.types) if "MOCAP" in name.upper()}

    before = classes()
    for _ in range(100):
        addon.register()
        assert bpy.context.scene.mocap.capture.model == "blazepose"
        addon.unregister()
    assert classes() == before
    assert not hasattr(bpy.types.Scene, "mocap")


def test_panel_and_operators_offer_every_setting_of_the_core(mocap):
    from dataclasses import fields

    from romp_core.take.settings import CaptureSettings, SolveSettings

    group = bpy.context.scene.mocap
    operator = bpy.ops.mocap.capture.get_rna_type().properties
    for settings, owner in ((CaptureSettings, group.capture), (SolveSettings, group.solve)):
        for item in fields(settings):
            assert getattr(owner, item.name) == type(item.default)(getattr(owner, item.name))
            if not isinstance(item.default, str):
                assert abs(getattr(owner, item.name) - item.default) < 1e-6
            assert operator[item.name].description == item.metadata["help"]


def test_names_follow_the_conventions(mocap):
    for cls in mocap._classes:
        prefix, kind, _ = cls.__name__.split("_", 2)
        assert prefix == "MOCAP" and kind in {"OT", "PT", "PG", "UL", "MT", "FH", "AP"}
