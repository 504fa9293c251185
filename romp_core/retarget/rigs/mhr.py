"""MHR, the skeleton of SAM 3D Body. The foot is a chain of four; helpers that share twist follow by themselves."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

FAMILIES = (
    RigFamily(
        "MHR (SAM 3D Body)",
        RigMapping(
            middle(
                pelvis="root",
                spine1=("c_spine0", "c_spine1"),
                spine2="c_spine2",
                spine3="c_spine3",
                neck="c_neck",
                head="c_head",
            )
            | both(
                "l",
                "r",
                hip="{}_upleg",
                knee="{}_lowleg",
                ankle=("{}_foot", "{}_talocrural", "{}_subtalar", "{}_transversetarsal"),
                foot="{}_ball",
                collar="{}_clavicle",
                shoulder="{}_uparm",
                elbow="{}_lowarm",
                wrist="{}_wrist",
            )
            | fingers("l", "r", "{side}_{finger}{number}"),
            root="body_world",
            family="mhr",
        ),
    ),
)
