"""Face units are recognized under the names that programs give them."""

import pytest

from romp_core.geometry.face_units import FACE_UNITS
from romp_core.retarget.face_names import find_units


def short_sides(name: str, left: str, right: str) -> str:
    for side, short in (("Left", left), ("Right", right)):
        if name.endswith(side):
            return name.removesuffix(side) + short
    return name


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name,
        str.lower,
        lambda name: name[0].upper() + name[1:],
        lambda name: f"Face.{name}",
        lambda name: f"ARKit_{name}",
        lambda name: f"head_{name}",
        lambda name: f"blendShape1.{name}",
        lambda name: short_sides(name, "_L", "_R"),
        lambda name: short_sides(name, ".l", ".r"),
        lambda name: short_sides(name, "L", "R"),
        lambda name: f"head_{short_sides(name, '_L', '_R')}",
        lambda name: short_sides(name, "_Left", "_Right"),
        lambda name: "".join(f"_{each.lower()}" if each.isupper() else each for each in name),
    ],
)
def test_all_are_found_under_other_names(rename) -> None:
    names = [rename(name) for name in FACE_UNITS]
    assert find_units(["Basis", "Smile", *reversed(names), "Bulge_L"]) == dict(zip(FACE_UNITS, names, strict=True))


def test_names_that_only_sound_alike_are_not_taken() -> None:
    assert find_units(["Basis", "jawOpenWide", "openJaw", "eyeBlink", "Left", "L", "mouth", ""]) == {}


def test_correctives_are_not_taken_for_units() -> None:
    names = ["jawOpen", "mouthClose", "fix_jawOpen", "fix_mouthFunnel"]
    assert find_units(names) == {"jawOpen": "jawOpen", "mouthClose": "mouthClose"}
    assert find_units(names[::-1]) == {"jawOpen": "jawOpen", "mouthClose": "mouthClose"}


def test_of_two_spellings_arkits_own_is_taken() -> None:
    assert find_units(["JawOpen", "jawOpen", "jaw_open"]) == {"jawOpen": "jawOpen"}
