"""Where a character comes from and under which licenses, beside formats that cannot say it."""

from __future__ import annotations

from pathlib import Path

import bpy

_FACTS = {
    "romp_mocap_source": "Footage",
    "romp_mocap_model": "Model",
    "romp_mocap_model_license": "License of the model",
    "romp_mocap_license_checked": "License read",
    "romp_mocap_body_license": "License of the body",
    "romp_mocap_commercial_use": "Commercial use (a reading, not legal advice)",
    "romp_mocap_weights": "Weights (sha256)",
    "romp_mocap_version": "romp_core",
}


def license_file(path: Path) -> Path:
    """The text file beside an export: walk.bvh has walk.license.txt."""
    return path.with_suffix(".license.txt")


def write_license(armature: bpy.types.Object, path: Path) -> None:
    """Write it, for characters of takes; other armatures have nothing to say."""
    lines = [f"{title}: {armature[key]}" for key, title in _FACTS.items() if armature.get(key)]
    if armature.get("romp_mocap_model"):
        license_file(path).write_text("\n".join([path.name, *lines, ""]), encoding="utf-8", newline="\n")
