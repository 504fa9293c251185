"""What parent and worker say to each other: commands and events as frozen dataclasses, and their one (de)serializer.

Those of a live capture are in `jobs.live.messages`. A message (`storage.messages`) holds the fields of one of them:
arrays as arrays, the rest as JSON. Every message names the job it belongs to, so that a late event of an earlier job
cannot be taken for one of the present job.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, get_type_hints

import numpy as np

from ..jobs.live.messages import REPORTS, REQUESTS, Live, Report, Request
from ..storage.messages import Message, ProtocolError
from ..take.edits import Edits
from ..take.settings import CaptureSettings, LiveSettings, SolveSettings, from_mapping, to_mapping
from ..typing import Array


class _Named:
    """Base of commands and events: the class's name in snake case is the message's type."""

    kinds: ClassVar[dict[str, type[Any]]] = {}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        _Named.kinds[kind_of(cls)] = cls


def kind_of(cls: type) -> str:
    """The message type of a command or event: `DetectPeople` -> "detect_people"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Command(_Named):
    """What the parent asks for."""


class Event(_Named):
    """What the worker answers."""


AnyMessage = Command | Event | Live | Request | Report
"""Whatever one side may say to the other."""

# --- commands ---


@dataclass(frozen=True)
class Capture(Command):
    """Capture and solve footage into the take file `out`. `weights`: folder of weight files, "" for the default."""

    source: str
    out: str
    capture: CaptureSettings = CaptureSettings()  # noqa: RUF009 - frozen
    solve: SolveSettings = SolveSettings()  # noqa: RUF009 - frozen
    weights: str = ""


@dataclass(frozen=True)
class DetectPeople(Command):
    """Find the people of the first frame that has any, and write `image` (PNG), its longer side `longest` pixels."""

    source: str
    image: str
    capture: CaptureSettings = CaptureSettings()  # noqa: RUF009 - frozen
    longest: int = 1280
    weights: str = ""


@dataclass(frozen=True)
class Solve(Command):
    """Solve the take file `take` with other settings into `out`; the model does not run.

    Attributes:
        heights: meters by person id, None for the take's height; people who are not named keep theirs.
        edits: replace the take's; None keeps them.
    """

    take: str
    out: str
    solve: SolveSettings = SolveSettings()  # noqa: RUF009 - frozen
    heights: Mapping[int, float | None] = field(default_factory=dict)
    edits: Edits | None = None


@dataclass(frozen=True)
class AddParts(Solve):
    """Find hands or faces of the people of a take in its footage, then solve it.

    Attributes:
        parts: as in `CaptureSettings`. footage: where the footage is, "" for where it was.
    """

    parts: str = "all"
    footage: str = ""


@dataclass(frozen=True)
class Refine(Solve):
    """Estimate people of a take again from its footage, with MoRo, then solve it into another take.

    Attributes:
        people: ids of whom to refine, as captured; empty for all. footage: where the footage is, "" for where it was.
        weights: folder of weight files, "" for the default.
    """

    people: tuple[int, ...] = ()
    footage: str = ""
    weights: str = ""


@dataclass(frozen=True)
class ImportResults(Command):
    """Make a take of another program's results.

    Attributes:
        solve: solve settings that were given, by name; the others are the take's own.
        fps: of the footage, 0 for the file's own. up: axis that points up in the file's world, "auto" to find it.
    """

    source: str
    out: str
    solve: Mapping[str, Any] = field(default_factory=dict)
    fps: float = 0.0
    up: str = "auto"


@dataclass(frozen=True)
class Recover(Command):
    """Save what the journal of an interrupted capture into `take` holds."""

    take: str


@dataclass(frozen=True)
class Download(Command):
    """Download files of the catalog by key. `address`: another one of that one file, "" for the official one."""

    keys: tuple[str, ...]
    weights: str = ""
    address: str = ""


@dataclass(frozen=True)
class Verify(Command):
    """Check a file: `name` is a model or a key of the catalog."""

    name: str
    file: str
    weights: str = ""


@dataclass(frozen=True)
class SelfTest(Command):
    """Try the built-in model on this machine."""


@dataclass(frozen=True)
class Cancel(Command):
    """Stop the running job and keep what there is."""


# --- events ---


@dataclass(frozen=True)
class Started(Event):
    """The footage is open and the model is loaded. `expected`: number of frames, 0 when it is not known."""

    model: str
    provider: str
    width: int
    height: int
    fps: float
    expected: int
    remark: str = ""


@dataclass(frozen=True)
class Progressed(Event):
    """How far the job is; see `jobs.progress.Progress`."""

    stage: str
    done: float
    total: float
    fps: float
    eta: float


@dataclass(frozen=True)
class Previewed(Event):
    """A rough pose of the latest frame: ids (P,), joints (P, 24, 3) meters, z up, camera at the origin."""

    ids: Array
    joints: Array


@dataclass(frozen=True)
class Saving(Event):
    """What there is of a cancelled or interrupted capture is being saved."""


@dataclass(frozen=True)
class Ended(Event):
    """The last event of a job. `take`: path of the take that it left, "" when there is none."""

    take: str = ""


@dataclass(frozen=True)
class Finished(Ended):
    """The job is done.

    Attributes:
        report: a sentence for the user. details: whether the log has more to say about it.
        result: what was found, of jobs that make no take.
    """

    report: str = ""
    details: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancelled(Ended):
    """The job was cancelled; what there was is kept."""


@dataclass(frozen=True)
class Failed(Ended):
    """The job failed: a sentence and a hint for the user, and the path of the log."""

    sentence: str = ""
    hint: str = ""
    log: str = ""


_LIVE: tuple[type[Any], ...] = (Live, *REQUESTS, *REPORTS)
_KINDS: dict[str, type[Any]] = _Named.kinds | {kind_of(cls): cls for cls in _LIVE}


def to_message(value: AnyMessage, job: int) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header and arrays of a command or event of a job."""
    header: dict[str, Any] = {"type": kind_of(type(value)), "job": job}
    arrays: dict[str, Array] = {}
    for item in fields(value):  # type: ignore[arg-type]
        content = getattr(value, item.name)
        if isinstance(content, np.ndarray):
            arrays[item.name] = content
        elif isinstance(content, Edits):
            header[item.name] = content.to_mapping()
        elif is_dataclass(content):
            header[item.name] = to_mapping(content)
        else:
            header[item.name] = content
    return header, arrays


def from_message(message: Message) -> tuple[AnyMessage, int]:
    """The command or event of a message, and its job.

    Raises:
        ProtocolError: there is none of this type. SettingsError: a setting is outside of its limits.
    """
    cls = _KINDS.get(message.type)
    if cls is None:
        raise ProtocolError(f'There is no message of the type "{message.type}".')
    hints: dict[str, Any] = _hints(cls)  # type: ignore[arg-type]
    values: dict[str, Any] = dict(message.arrays)
    for name, content in message.header.items():
        if name in hints:
            values[name] = _decoded(hints[name], content)
    return cls(**values), int(message.header.get("job", 0))


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields(cls)}


def _decoded(hint: Any, content: Any) -> Any:
    if hint in (CaptureSettings, LiveSettings, SolveSettings):
        return from_mapping(hint, content)
    if hint == (Edits | None):
        return None if content is None else Edits.from_mapping(content)
    if isinstance(content, list):
        return tuple(content)
    if hint in (Mapping[int, float | None], Mapping[int, float]):
        return {int(key): value for key, value in content.items()}
    return content
