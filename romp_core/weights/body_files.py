"""The body model files: the user brings them, each under its own license."""

from __future__ import annotations

from .file import WeightFile

RELEASES = "https://github.com/Arthur151/ROMP/releases/download/"
"""Where the authors of ROMP, BEV and TRACE publish their files."""

_SMPL_PAGE = "https://smpl.is.tue.mpg.de/"
_SMPLX_PAGE = "https://smpl-x.is.tue.mpg.de/"
_SMIL_PAGE = (
    "https://www.iosb.fraunhofer.de/en/competences/image-exploitation/object-recognition/"
    "sensor-networks/motion-analysis.html"
)
SMPL_LICENSE = (
    "SMPL body model license of the Max Planck Society: non-commercial research, no redistribution; "
    "commercial licenses from Meshcapade"
)
SMPLX_LICENSE = (
    "SMPL-X body model license of the Max Planck Society: non-commercial research, no redistribution; "
    "commercial licenses from Meshcapade"
)
SMIL_LICENSE = "SMIL license of Fraunhofer IOSB: non-commercial research, no redistribution"
_ARCHIVE = "smpl_model_data.zip"
_ARCHIVE_LICENSE = (
    "Joint regressors and child template for SMPL, from the AGORA project and others: non-commercial research"
)
_MEMBERS = {
    "J_regressor_extra.npy": "Regressor of nine extra joints",
    "J_regressor_h36m.npy": "Regressor of the Human3.6M joints",
    "smpl_kid_template.npy": "Child template of SMPL-A",
}


def _smpl(gender: str, letter: str, *more_names: str) -> WeightFile:
    """An SMPL body; the official archive's names, those of `smplx`, and those of simple-romp's packed file."""
    suffix = gender.upper()
    return WeightFile(
        f"SMPL_{suffix}",
        f"SMPL body, {gender}",
        (
            f"SMPL_{suffix}.pkl",
            f"SMPL_{suffix}.npz",
            f"SMPL_{suffix}.pth",
            *more_names,
            f"basicmodel_{letter}_lbs_10_207_0_v1.1.0.pkl",
            f"basicModel_{letter}_lbs_10_207_0_v1.0.0.pkl",
        ),
        SMPL_LICENSE,
        page=_SMPL_PAGE,
        how_to_get=(
            'Register on the SMPL page, download "version 1.1.0 for Python 2.7 (female/male/neutral, 300 shape PCs)", '
            f"unpack it and choose basicmodel_{letter}_lbs_10_207_0_v1.1.0.pkl."
        ),
    )


_ALL = (
    WeightFile(
        _ARCHIVE,
        "Joint regressors for SMPL",
        (_ARCHIVE,),
        _ARCHIVE_LICENSE,
        url=f"{RELEASES}V2.0/{_ARCHIVE}",
        members=tuple(_MEMBERS),
    ),
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
        SMPL_LICENSE,
        page=_SMPL_PAGE,
        how_to_get=f"simple-romp makes it; SMPL_NEUTRAL with {_ARCHIVE} gives the same body.",
    ),
    WeightFile(
        "SMIL",
        "SMIL infant body",
        ("smil_web.pkl", "smil_packed_info.pth"),
        SMIL_LICENSE,
        page=_SMIL_PAGE,
        how_to_get="Request SMIL on the Fraunhofer page, unpack it and choose smil_web.pkl.",
    ),
    WeightFile(
        "SMPLX_NEUTRAL",
        "SMPL-X body, neutral",
        ("SMPLX_NEUTRAL.npz", "SMPLX_NEUTRAL.pkl"),
        SMPLX_LICENSE,
        page=_SMPLX_PAGE,
        how_to_get="Register on the SMPL-X page, download the model, unpack it and choose SMPLX_NEUTRAL.npz.",
    ),
)

BODY_FILES: dict[str, WeightFile] = {file.key: file for file in _ALL}
"""By key."""
