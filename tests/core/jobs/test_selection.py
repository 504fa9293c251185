"""Who is wanted: chosen people of the first picture with people, and newcomers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from romp_core.errors import SettingsError
from romp_core.jobs.selection import centers, in_effect, most_to_follow, select
from romp_core.models.blazepose.estimator import BlazePose
from romp_core.models.blazepose.pending_frame import PendingFrame
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings, check, from_mapping, read_positions, write_positions
from romp_core.take.take import FootageInfo
from romp_core.tracking.image_tracker import ImageTracker

FOOTAGE = FootageInfo("made up", 640, 360, 30.0, np.zeros(0), np.zeros(0, np.int32))
HEIGHT = 180.0


def people(row: int, **at: float) -> People:
    """Upright people: `a=0.25` is the person of id 0, a quarter across the picture."""
    ids = np.array([ord(name) - ord("a") for name in at], np.int32)
    xs = np.array(list(at.values())).reshape(-1, 1) * FOOTAGE.width
    around = np.array([[-20, -HEIGHT / 2], [20, HEIGHT / 2], [0, 0]])
    points = np.stack([xs, np.full_like(xs, 180)], axis=-1) + around
    full = np.ones((len(at), 3), np.float32)
    return People(full[:, 0], points, full, np.zeros((len(at), 3, 3)), ids=ids)


def kept(pictures: list[dict[str, float]], **settings: object) -> list[str]:
    """Names of the people who are left of each picture."""

    def stream() -> Iterator[People]:
        for row, at in enumerate(pictures):
            yield people(row, **at)

    given = list(select(stream(), CaptureSettings(**settings), FOOTAGE))  # type: ignore[arg-type]
    assert len(given) == len(pictures)
    return ["".join(chr(ord("a") + id) for id in one.ids.tolist()) for one in given if one.ids is not None]


TWO = {"a": 0.25, "b": 0.75}


def test_everybody_unless_somebody_is_chosen() -> None:
    assert kept([TWO, {**TWO, "c": 0.5}]) == ["ab", "abc"]


def test_the_chosen_one_is_followed_and_the_other_left_out_for_good() -> None:
    pictures = [TWO, {"a": 0.5, "b": 0.5}, {"b": 0.25}, {"a": 0.9, "b": 0.1}]
    assert kept(pictures, selection="0.74,0.5") == ["b", "b", "b", "b"]
    assert kept(pictures, selection="0.26,0.45") == ["a", "a", "", "a"]
    assert kept(pictures, selection="0.26,0.45 0.8,0.5") == ["ab", "ab", "b", "ab"]


def test_newcomers() -> None:
    pictures = [{}, TWO, {**TWO, "c": 0.5}, {"c": 0.5}]
    assert kept(pictures, selection="0.25,0.5") == ["", "a", "ac", "c"]
    assert kept(pictures, selection="0.25,0.5", new_people=False) == ["", "a", "a", ""]
    assert kept(pictures, new_people=False) == ["", "ab", "ab", ""]


def test_who_leaves_and_returns_is_still_wanted() -> None:
    pictures = [TWO, {"b": 0.7}, {}, {"c": 0.1}, {"a": 0.1, "c": 0.3}]
    assert kept(pictures, selection="0.25,0.5", new_people=False) == ["a", "", "", "", "a"]


def test_nobody_at_first() -> None:
    assert kept([{}, {}, {"b": 0.75}, TWO], selection="0.75,0.5", new_people=False) == ["", "", "b", "b"]
    assert kept([{}, {}], selection="0.75,0.5") == ["", ""]


def test_two_places_never_mean_the_same_person() -> None:
    close = {"a": 0.45, "b": 0.55}
    assert kept([close], selection="0.49,0.5 0.46,0.5") == ["ab"]
    with pytest.raises(SettingsError, match=r"Nobody is at the selected position 0\.2600,0\.5000"):
        kept([TWO], selection="0.25,0.5 0.26,0.5")


def test_a_place_without_anybody_is_one_clear_sentence() -> None:
    with pytest.raises(SettingsError, match="Nobody is at the selected position"):
        kept([TWO], selection="0.5,0.5")


def test_nearest_people_of_the_first_picture_without_newcomers() -> None:
    def stream() -> Iterator[People]:
        first = people(0, **TWO)
        first.keypoints2d[1, :, 1] = 180 + 0.5 * (first.keypoints2d[1, :, 1] - 180)  # b is further away
        yield first
        yield people(1, **TWO, c=0.5)

    settings = CaptureSettings(people=1, new_people=False)
    assert [one.ids.tolist() for one in select(stream(), settings, FOOTAGE) if one.ids is not None] == [[0], [0]]
    assert most_to_follow(settings) == 0, "a newcomer may be nearer than who is wanted"


def test_chosen_people_count_instead_of_a_number() -> None:
    settings = CaptureSettings(people=1, selection="0.25,0.5 0.75,0.5")
    assert most_to_follow(settings) == 0 and in_effect(settings).people == 0
    assert most_to_follow(CaptureSettings(people=1)) == 1


def test_people_partly_outside_are_where_they_are_visible() -> None:
    assert centers(people(0, a=0.0), FOOTAGE) == pytest.approx(np.array([[10 / 640, 0.5]]))


def test_found_later_but_followed_back_is_visible_in_the_first_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """BlazePose gives out a picture only when it has looked around for a while."""
    late = BlazePose(FOOTAGE, ImageTracker())

    def step() -> None:
        newest = late._waiting[-1]
        newest.poses = {0: 0.25}  # type: ignore[dict-item]
        if newest.frame.source_frame == 10:
            for row in late._waiting:
                row.poses = {0: 0.25, 1: 0.75}  # type: ignore[dict-item]

    monkeypatch.setattr(late, "_step", step)
    monkeypatch.setattr(PendingFrame, "people", lambda row: people(
        row.frame.source_frame, **{chr(ord("a") + id): x for id, x in row.poses.items()}))  # fmt: skip
    frames = (Frame(n, n / 30, np.full((360, 640, 3), 100, np.uint8)) for n in range(40))
    given = list(select(late.run(frames), CaptureSettings(selection="0.25,0.5"), FOOTAGE))
    assert len(given) == 40 and all(one.ids is not None and one.ids.tolist() == [0] for one in given)


def test_places_as_text() -> None:
    assert read_positions("") == [] and read_positions(" 0,1  0.5,.25 ") == [(0.0, 1.0), (0.5, 0.25)]
    assert read_positions(write_positions([(0.31, 0.52), (0.7, 0.48)])) == [(0.31, 0.52), (0.7, 0.48)]


@pytest.mark.parametrize("text", ["0.5", "0.5,0.5,0.5", "1.5,0.5", "-0.1,0.5", "nan,0.5", "a,b", "0.5;0.5", "1, 2"])
def test_other_texts_are_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check(CaptureSettings(selection=text))
    assert caught.value.sentence.startswith(f'The selection "{text}" must be positions')
    with pytest.raises(SettingsError):
        from_mapping(CaptureSettings, {"selection": text})
