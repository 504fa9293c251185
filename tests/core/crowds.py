"""What a frame-wise model would see of people who walk about, hide each other and are missed, and who they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TAN_30 = np.tan(np.radians(30))


@dataclass(frozen=True)
class Seen:
    """One frame: cams (n, 3) scale, y, x; depth (n,) meters; scores (n,); persons (n,) the truth, -1 for a ghost."""

    time: float
    cams: np.ndarray
    depth: np.ndarray
    scores: np.ndarray
    persons: np.ndarray


def walk(
    seed: int, people: int, seconds: float = 8.0, fps: float = 30.0, gaps: bool = True, hide: bool = True
) -> list[Seen]:
    """Strollers in a room of 6 x 5 meters, from one random place to the next; who is behind somebody is not seen.

    With gaps, people are also missed for up to half a second now and then, and a ghost appears here and there.
    """
    rng = np.random.default_rng(seed)
    times = np.arange(0, seconds, 1 / fps)
    x, z = _strolls(rng, people, len(times), 1 / fps)
    missed = _gaps(rng, times, people) if gaps else np.zeros(x.shape, bool)
    return list(_views(rng, times, x, np.full_like(x, 0.2), z, missed, 0.02 if gaps else 0.0, hide))


def _strolls(rng: np.random.Generator, people: int, frames: int, frame_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Places to the side and in depth, each (people, frames) meters; nobody walks through anybody else."""

    def anywhere() -> np.ndarray:
        return rng.uniform([-3, 3.5], [3, 8.5])

    goals, places = (np.array([anywhere() for _ in range(people)]) for _ in range(2))
    speeds, velocity, path = rng.uniform(0.8, 1.6, people), np.zeros((people, 2)), []
    for _ in range(frames):
        way = goals - places
        far = np.hypot(*way.T)
        for p in np.flatnonzero(far < 0.4):
            goals[p] = anywhere()
        wanted = way / np.maximum(far, 0.1)[:, None] * speeds[:, None]
        apart = places[:, None] - places
        distance = np.hypot(*np.moveaxis(apart, -1, 0)) + np.eye(people) * 9
        wanted += (apart / distance[..., None] * np.clip(4 * (0.9 - distance), 0, 3)[..., None]).sum(axis=1)
        velocity += (1 - np.exp(-frame_s / 0.25)) * (wanted - velocity)
        places = places + velocity * frame_s
        path.append(places)
    return tuple(np.moveaxis(np.array(path), 0, -1).swapaxes(0, 1))


def _gaps(rng: np.random.Generator, times: np.ndarray, people: int) -> np.ndarray:
    missed = np.zeros((people, len(times)), bool)
    for row in missed:
        for start in rng.uniform(times[0], times[-1], int((times[-1] - times[0]) / 3) + 1):
            row[(times >= start) & (times < start + rng.uniform(0.05, 0.5))] = True
    return missed


def crossing(seed: int, fps: float = 30.0) -> list[Seen]:
    """Two people who pass each other at 0.5 to 2 meters of depth, as in the clip `duo`, with gaps."""
    rng = np.random.default_rng(seed)
    times = np.arange(0, 5, 1 / fps) + rng.uniform(-0.2, 0.2, int(5 * fps)) / fps  # no two frames last equally long
    speed = np.array([[1.0], [-1.0]]) * rng.uniform(0.9, 1.5, (2, 1))
    x = speed * (times - 2.5 + rng.uniform(-0.3, 0.3, (2, 1)))
    near = rng.uniform(3.5, 5)
    z = rng.permuted(np.array([near, near + rng.uniform(0.5, 2)]))[:, None] + rng.uniform(-0.1, 0.1, (2, 1)) * times
    return list(_views(rng, times, x, np.full_like(x, 0.2), z, _gaps(rng, times, 2)))


def filmed(truth: Path, seed: int) -> list[Seen]:
    """The people of a ground-truth clip."""
    clip = np.load(truth)
    pelvis = clip["joints"][:, :, 0]
    camera = np.einsum("tij,ptj->pti", clip["Rcw"], pelvis - clip["cpos"])
    hidden = ~clip["visible"]
    side = max(clip["K"][0, 2], clip["K"][1, 2])
    zoom = clip["K"][0, 0] / side * TAN_30  # as if the model's own camera had taken it from another distance
    x, y, z = np.moveaxis(camera, -1, 0)
    rng = np.random.default_rng(seed)
    return list(_views(rng, clip["times"], x, y, z / zoom, hidden, hide=False))


def _views(
    rng: np.random.Generator,
    times: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    missed: np.ndarray,
    ghosts: float = 0.0,
    hide: bool = True,
) -> Iterator[Seen]:
    scale = 1 / (z * TAN_30)
    for t, time in enumerate(times):
        s = scale[:, t]
        center = np.stack([y[:, t] * s, x[:, t] * s], axis=1)
        apart = np.abs(center[:, None, 1] - center[:, 1])
        behind = ((apart < 0.25 * s) & (s[:, None] < s)).any(axis=1) & hide
        gone = missed[:, t] | (behind & (rng.random(len(s)) < 0.8)) | (np.abs(center[:, 1]) > 1.05)
        scores = np.where(behind, rng.uniform(0.06, 0.2, len(s)), rng.uniform(0.3, 0.6, len(s)))
        # Scale (and so depth) is what single frames give worst.
        noisy = np.concatenate(
            [(s * np.exp(rng.normal(0, 0.03, len(s))))[:, None], center + rng.normal(0, 0.01, center.shape)], axis=1
        )
        rows = rng.permutation(np.flatnonzero(~gone))
        cams, scores, persons = noisy[rows], scores[rows], rows
        if rng.random() < ghosts:
            cams = np.concatenate([cams, rng.uniform([[0.2, -0.5, -1]], [[0.6, 0.5, 1]])])
            scores, persons = np.append(scores, rng.uniform(0.06, 0.3)), np.append(persons, -1)
        yield Seen(float(time), cams, 1 / (cams[:, 0] * TAN_30), scores, persons)


def switches(frames: list[Seen], ids: Callable[[Seen], list[int | None]]) -> tuple[int, int]:
    """How often a person's id changes, and how many sightings in sure frames have none; ids must be unique."""
    last: dict[int, int] = {}
    changes = without = 0
    for seen in frames:
        given = ids(seen)
        named = [id for id in given if id is not None]
        assert len(given) == len(seen.persons) and len(set(named)) == len(named)
        for id, person, score in zip(given, seen.persons.tolist(), seen.scores, strict=True):
            if person < 0:
                continue
            if id is None:
                without += score > 0.3
            else:
                changes += last.get(person, id) != id
                last[person] = id
    return changes, without
