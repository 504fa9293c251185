"""The settings of a live capture."""

from __future__ import annotations

import bpy
from bpy.props import FloatProperty, IntProperty, PointerProperty, StringProperty
from bpy.types import PropertyGroup

from romp_core.take.settings import LiveSettings

from ..blender import settings_properties


class ROMP_MOCAP_PG_live(PropertyGroup):
    """Source, target and recording."""

    __annotations__ = {
        "source": StringProperty(
            name="Source",
            description="Number of a camera, an http or rtsp address, or a video that is played in real time",
            default="0",
        ),
        "people": IntProperty(name="People", description="The most people to follow", default=1, min=1, max=16),
        "height": FloatProperty(
            name="Height (m)", description="Body height of the people", default=1.70, min=0.4, max=2.6, precision=2
        ),
        "rig": PointerProperty(
            type=bpy.types.Object,
            name="Rig",
            description="Armature of your own that moves. While it is empty, a character is made for each person",
            poll=lambda _group, item: item.type == "ARMATURE",
        ),
        "seconds": FloatProperty(
            name="Stop After",
            description="Length of a recording. 0 records until you stop",
            min=0.0,
            unit="TIME_ABSOLUTE",
        ),
        "countdown": FloatProperty(
            name="Countdown",
            description="Time before a recording or a calibration begins, to step back",
            default=3.0,
            min=0.0,
            max=60.0,
            unit="TIME_ABSOLUTE",
        ),
        **settings_properties.properties_of(LiveSettings),
    }


CLASSES = (ROMP_MOCAP_PG_live,)
