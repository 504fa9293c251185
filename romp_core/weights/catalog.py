"""The weight and body files there are: names, official addresses, sizes, hashes, licenses."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ModelError

_RELEASES = "https://github.com/Arthur151/ROMP/releases/download/"
_SMPL_PAGE = "https://smpl.is.tue.mpg.de/"
_SMIL_PAGE = (
    "https://www.iosb.fraunhofer.de/en/competences/image-exploitation/object-recognition/"
    "sensor-networks/motion-analysis.html"
)
_TRAINED = (
    "no license is published with them; they were trained on data sets for non-commercial research, "
    "so treat them as non-commercial"
)
_SMPL_LICENSE = (
    "SMPL body model license of the Max Planck Society: non-commercial research, no redistribution; "
    "commercial licenses from Meshcapade"
)
_SMIL_LICENSE = "SMIL license of Fraunhofer IOSB: non-commercial research, no redistribution"


@dataclass(frozen=True)
class WeightFile:
    """A file that is not part of the extension.

    Attributes:
        key: the name the program knows it by; file_names: what it is usually called, the preferred name first.
        license: license line shown before the download and beside the buttons.
        url: official address; "" where the user must register and bring the file.
        size, sha256: as published; 0 and "" where that is not known.
        page: web page to open for files without address; how_to_get: one sentence about what to do there.
        instead: keys of files that serve the same purpose: one of them is enough.
        members: file names that an archive is unpacked into; each has a key of its own.
    """

    key: str
    title: str
    file_names: tuple[str, ...]
    license: str
    url: str = ""
    size: int = 0
    sha256: str = ""
    page: str = ""
    how_to_get: str = ""
    instead: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


_ARCHIVE = "smpl_model_data.zip"
_MEMBERS = {
    "J_regressor_extra.npy": "Regressor of nine extra joints",
    "J_regressor_h36m.npy": "Regressor of the Human3.6M joints",
    "smpl_kid_template.npy": "Child template of SMPL-A",
}
_ARCHIVE_LICENSE = (
    "Joint regressors and child template for SMPL, from the AGORA project and others: non-commercial research"
)


def _released(key: str, title: str, license: str, release: str = "V2.0", **more: object) -> WeightFile:
    return WeightFile(key, title, (key,), license, url=f"{_RELEASES}{release}/{key}", **more)  # type: ignore[arg-type]


def _smpl(gender: str, letter: str, *more_names: str) -> WeightFile:
    """An SMPL body; the official archive's names, those of `smplx`, and those of simple-romp's packed file."""
    word = gender.upper()
    return WeightFile(
        f"SMPL_{word}",
        f"SMPL body, {gender}",
        (
            f"SMPL_{word}.pkl",
            f"SMPL_{word}.npz",
            f"SMPL_{word}.pth",
            *more_names,
            f"basicmodel_{letter}_lbs_10_207_0_v1.1.0.pkl",
            f"basicModel_{letter}_lbs_10_207_0_v1.0.0.pkl",
        ),
        _SMPL_LICENSE,
        page=_SMPL_PAGE,
        how_to_get=(
            'Register on the SMPL page, download "version 1.1.0 for Python 2.7 (female/male/neutral, 300 shape PCs)", '
            f"unpack it and choose basicmodel_{letter}_lbs_10_207_0_v1.1.0.pkl."
        ),
    )


_ALL = (
    _released(
        "ROMP.pkl",
        "ROMP weights",
        f"ROMP weights (Yu Sun et al.): {_TRAINED}",
        size=117_035_932,
        sha256="008abe3d814e2b0e234b8d4481b7a716195a119e332e8d5e70fe742fa19f5731",
        instead=("ROMP.onnx",),
    ),
    _released(
        "ROMP.onnx",
        "ROMP network (ONNX)",
        f"ROMP weights (Yu Sun et al.): {_TRAINED}",
        size=116_288_613,
        sha256="ee5bb9651be9a40ae7da5632d7bbcd961b0654e65799c2f727ee951e56f87c78",
    ),
    _released("BEV.pth", "BEV weights", f"BEV weights (Yu Sun et al.): {_TRAINED}", instead=("BEV_ft_agora.pth",)),
    _released("BEV_ft_agora.pth", "BEV weights, tuned on AGORA", f"BEV weights (Yu Sun et al.): {_TRAINED}"),
    *(
        _released(key, title, f"TRACE weights (Yu Sun et al.): {_TRAINED}", "V3.0")
        for key, title in (
            ("trace_image_backbone.pkl", "TRACE weights, pictures"),
            ("trace_motion_backbone.pth", "TRACE weights, optical flow"),
            ("trace_head.pkl", "TRACE weights, people"),
        )
    ),
    _released(_ARCHIVE, "Joint regressors for SMPL", _ARCHIVE_LICENSE, members=tuple(_MEMBERS)),
    *(
        WeightFile(name, title, (name,), _ARCHIVE_LICENSE, how_to_get=f"It comes with {_ARCHIVE}.")
        for name, title in _MEMBERS.items()
    ),
    _smpl("neutral", "neutral", "smpl_packed_info.pth"),
    _smpl("male", "m"),
    _smpl("female", "f"),
    WeightFile(
        "SMPLA_NEUTRAL",
        "SMPL-A body, packed",
        ("SMPLA_NEUTRAL.pth", "smpla_packed_info.pth"),
        _SMPL_LICENSE,
        page=_SMPL_PAGE,
        how_to_get=f"simple-romp made it; without it, SMPL_NEUTRAL and {_ARCHIVE} give the same body.",
    ),
    WeightFile(
        "SMIL",
        "SMIL infant body",
        ("smil_web.pkl", "smil_packed_info.pth"),
        _SMIL_LICENSE,
        page=_SMIL_PAGE,
        how_to_get="Ask for SMIL on the Fraunhofer page, unpack what you get and choose smil_web.pkl.",
    ),
)

FILES: dict[str, WeightFile] = {file.key: file for file in _ALL}


def weight_file(key: str) -> WeightFile:
    """The file of this key. Raises ModelError naming those that exist."""
    try:
        return FILES[key]
    except KeyError:
        raise ModelError(f'There is no weight file called "{key}".', f"Known are: {', '.join(FILES)}.") from None
