"""The preferences say how many threads jobs get."""

from types import SimpleNamespace

import pytest
from layouts import drawn

from addon.preferences import folders, properties
from romp_core.inference import options, threads


@pytest.mark.parametrize(
    ("chosen", "counted", "sentence"),
    [
        (0, 6, "In use: 6, one per physical core"),
        (3, 6, "In use: 3 | "),
        (0, 0, "In use: one per physical core"),
    ],
)
def test_the_number_in_use_is_shown(mocap, monkeypatch, chosen, counted, sentence):
    monkeypatch.setattr(threads, "automatic_threads", lambda: counted)
    own = SimpleNamespace(threads=chosen, save_takes="BLEND", takes_folder="", weights_folder="")
    monkeypatch.setattr(folders, "preferences", lambda: own)
    texts = drawn(mocap)
    assert "Threads | " in texts and sentence in texts


def test_no_number_can_be_chosen_that_jobs_refuse():
    assert properties.runtime_annotations()["threads"].keywords["max"] == options.MOST_THREADS
