"""MPFB and MakeHuman: the default rig, whose limbs, spine and neck are chains. The toes follow the foot."""

from ..mapping import RigMapping
from .family import RigFamily, both, fingers, middle

FAMILIES = (
    RigFamily(
        "MPFB or MakeHuman default",
        RigMapping(
            middle(
                pelvis="root",
                spine1=("spine05", "spine04"),
                spine2=("spine03", "spine02"),
                spine3="spine01",
                neck=("neck01", "neck02", "neck03"),
                head="head",
            )
            | both(
                "L",
                "R",
                hip=("upperleg01.{}", "upperleg02.{}"),
                knee=("lowerleg01.{}", "lowerleg02.{}"),
                ankle="foot.{}",
                collar=("clavicle.{}", "shoulder01.{}"),
                shoulder=("upperarm01.{}", "upperarm02.{}"),
                elbow=("lowerarm01.{}", "lowerarm02.{}"),
                wrist="wrist.{}",
            )
            | fingers("L", "R", "finger{finger}-{number}.{side}", ("2", "3", "5", "4", "1")),
            family="mpfb",
        ),
    ),
)
