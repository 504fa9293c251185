"""Rig families: data only, one module for each maker. To add a rig, write a module and list it here."""

from . import (
    auto_rig_pro,
    makehuman,
    mhr,
    mixamo,
    mocap,
    own,
    reallusion,
    rigify,
    smpl,
    soma,
    unreal,
    vrm,
)
from .family import RigFamily

FAMILIES: tuple[RigFamily, ...] = tuple(
    family
    for module in (
        own,
        rigify,
        mixamo,
        unreal,
        vrm,
        reallusion,
        auto_rig_pro,
        makehuman,
        smpl,
        mhr,
        soma,
        mocap,
    )
    for family in module.FAMILIES
)
