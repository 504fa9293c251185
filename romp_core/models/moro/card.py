"""The card of MoRo. All files are the user's: without a license nothing may be offered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...weights.file import WeightFile
from ...weights.store import WeightStore
from ..checkpoint import Checkpoint
from ..license import CommercialUse, Evidence, License
from ..refiner import RefinerCard
from .connections import FILES as CONNECTIONS
from .connections import read_connection, read_connections, token_shares
from .files import CODEBOOK, TITLE, checkpoint_shapes, read_checkpoint, read_statistics
from .refiner import Moro

CHECKPOINT, STATISTICS, ARCHIVE, BODY = "moro.ckpt", "amass_cum_traj.pkl", "moro_connections.zip", "SMPLX_NEUTRAL"
CPU_SECONDS = 20
"""About what a frame of one person takes on one core, a third of it for the backbone."""

TERMS = License(
    line=(
        "MoRo (ETH Zurich and Meta): no license is published with code or weights, so no right to use results is "
        "stated; it needs SMPL-X, which is for non-commercial research"
    ),
    commercial_use=CommercialUse.NO,
    holder="ETH Zurich and Meta",
    url="https://github.com/mikeqzy/MoRo",
    checked="2026-11-28",
    evidence=Evidence.UNCLEAR,
)
_REPOSITORY = "It comes with MoRo's code and data, which have no license: get it from its authors"


def _file(key: str, title: str, how: str, members: tuple[str, ...] = ()) -> WeightFile:
    return WeightFile(key, title, (key,), TERMS.line, page=TERMS.url, how_to_get=how, members=members)


FILES = (
    _file(CHECKPOINT, "MoRo weights", f"{_REPOSITORY}, and choose the checkpoint."),
    _file(
        ARCHIVE,
        "MoRo's connection files",
        f"{_REPOSITORY}, and choose the folder with _pool0.npy to _unpool0.npy, or a zip of these 14 files.",
        CONNECTIONS,
    ),
    _file(
        STATISTICS,
        "MoRo's statistics of trajectories",
        f"{_REPOSITORY}, and choose it: without it the network would run at a wrong scale.",
    ),
    *(_file(name, f"MoRo connections, {name}", f"It is one of the files of {ARCHIVE}.") for name in CONNECTIONS),
)


@dataclass(frozen=True)
class OpenedMoro:
    """The model, ready to run, on which provider, and a remark for the user; see `inference.sessions.Opened`."""

    model: Moro
    provider: str
    remark: str


def _open(store: WeightStore) -> OpenedMoro:
    # onnxruntime takes a while to import; listing the models should not
    from ...bodies.smpl.smplx import load_smplx
    from ...inference.providers import CPU
    from ...inference.threads import large_network_threads
    from .networks import MoroNetworks

    remarks = store.verified(MORO.needs)
    checkpoint, archive, statistics, body = (_there(store, key) for key in MORO.needs)
    neighbors = read_connections(archive)
    known = read_statistics(statistics)
    smplx = load_smplx(body)
    weights = read_checkpoint(checkpoint)
    codebook = weights[CODEBOOK]
    networks = MoroNetworks(weights, large_network_threads())
    opened = networks.opened
    if opened.provider == CPU.name:
        slow = f"on the CPU, MoRo takes about {CPU_SECONDS} s per frame and person"
        remarks.insert(0, f"A GPU is strongly advised: {slow}.")
    shares = token_shares(neighbors, weights, neighbors[7].shape[0])
    model = Moro(networks, codebook, known, neighbors, shares, smplx)
    return OpenedMoro(model, opened.provider, " ".join(filter(None, (opened.remark, *remarks))))


def _there(store: WeightStore, key: str) -> Path:
    path = store.find(key)
    assert path is not None  # as was verified
    return path


def _read_checkpoint(path: Path) -> str:
    return f"{len(read_checkpoint(path))} weights, keys and shapes fit"


def _read_statistics(path: Path) -> str:
    return f"mean and deviation of {len(read_statistics(path).mean)} numbers"


def _read_connection(path: Path) -> str:
    return "neighbors of {} vertices, {} at most".format(*read_connection(path).shape)


def _read_body(path: Path) -> str:
    from ...bodies.smpl.smplx import load_smplx

    return f"SMPL-X body, {len(load_smplx(path).template)} vertices"


MORO = RefinerCard(
    name="moro",
    label="MoRo",
    description="People of a take who are partly hidden, estimated again from the whole clip; needs files of yours",
    gives="rotations, of SMPL-X; meters",
    terms=TERMS,
    files=FILES,
    checkpoints=(Checkpoint(TITLE, (CHECKPOINT,), ("vqvae.", "mask_transformer."), checkpoint_shapes),),
    needs=(CHECKPOINT, ARCHIVE, STATISTICS, BODY),
    open=_open,
    weights=lambda store: {key: store.sha256(key) for key in (CHECKPOINT, *CONNECTIONS, STATISTICS, BODY)},
    readers={
        CHECKPOINT: _read_checkpoint,
        STATISTICS: _read_statistics,
        BODY: _read_body,
        **dict.fromkeys(CONNECTIONS, _read_connection),
    },
)
