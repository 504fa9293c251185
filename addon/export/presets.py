"""What other programs expect of a file, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FORMATS: Final = {
    "FBX": ("FBX", ".fbx", "Body, skeleton and motion, for game engines and other 3D programs"),
    "GLB": ("glTF Binary", ".glb", "Body, skeleton and motion, for engines and the web"),
    "BVH": ("BVH", ".bvh", "Skeleton and motion only; y up, meters"),
    "USD": ("USD", ".usdc", "Body, skeleton and motion, for USD pipelines"),
    "AMASS": ("AMASS", ".npz", "Motion of a character's 24 joints as arrays, for research tools"),
}
"""Label, file suffix and description of each format."""


@dataclass(frozen=True)
class Preset:
    """One program, or kind of programs.

    Attributes:
        formats: those that it reads, the usual one first.
        deform_only: whether bones that deform nothing, and carry none that does, stay out.
        root_bone: whether one bone on the floor carries path and heading; it is added where there is none.
        object_name: of the armature in the file, "" for its own name.
        per_meter: units in a meter, in files that have a unit.
        is_vrm: whether the file says which bones are those of VRM's humanoid.
        axes: forward and up of FBX files, in the terms of Blender's exporter.
    """

    label: str
    description: str
    formats: tuple[str, ...]
    deform_only: bool = True
    root_bone: bool = False
    object_name: str = ""
    per_meter: float = 1.0
    axes: tuple[str, str] = ("-Z", "Y")
    is_vrm: bool = False


PRESETS: Final = {
    "BLENDER": Preset(
        "General", "All bones as they are, for Blender and programs without a preset", tuple(FORMATS), deform_only=False
    ),
    # Unreal makes a bone of an armature object of any other name; it counts in centimeters, z up, without conversion.
    "UNREAL": Preset(
        "Unreal Engine",
        "Root motion on a root bone, in centimeters, without an extra node above it",
        ("FBX", "GLB"),
        root_bone=True,
        object_name="Armature",
        per_meter=100.0,
        axes=("Y", "Z"),
    ),
    "UNITY": Preset("Unity", "For Unity's humanoid and generic avatars: y up, objects of scale 1", ("FBX", "GLB")),
    "GLTF_VRM": Preset(
        "glTF, VRM", "For viewers of glTF and animations of VRM: y up, facing +z, meters", ("GLB",), is_vrm=True
    ),
    "BVH": Preset("BVH", "Skeleton and motion as text: y up, facing +z, meters", ("BVH",)),
    "USD": Preset("USD", "For USD pipelines: z up, meters", ("USD",)),
    "AMASS": Preset("AMASS", "Rotations of the 24 SMPL joints and the path: z up, meters", ("AMASS",)),
}
