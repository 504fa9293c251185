"""The self-test captures for real, so whatever would fail in a capture fails in it, with a sentence."""

import os
import sys
from dataclasses import replace

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.errors import Cancelled, FootageError, ModelError
from romp_core.footage import open_footage
from romp_core.footage.converter import Converter
from romp_core.footage.video import Video
from romp_core.inference.options import THREADS
from romp_core.jobs.listener import ProgressOnly
from romp_core.jobs.self_test import CLIP, FRAMES, self_test
from romp_core.models.registry import model_card
from romp_core.take.observations import People


def test_the_clip_is_tiny_and_decodes():
    assert CLIP.stat().st_size < 5000
    with open_footage(CLIP) as footage:
        frames = list(footage.frames())
    assert len(frames) == FRAMES
    assert frames[0].image.shape == (240, 240, 3) and np.ptp(frames[0].image) > 100


def test_a_person_is_found_in_the_decoded_video():
    report = self_test()
    assert report.startswith("Ready: onnxruntime ") and f"{FRAMES} video frames searched" in report


def test_it_says_how_far_it_is_and_can_be_cancelled():
    heard = []
    self_test(ProgressOnly(heard.append))
    assert {each.stage for each in heard} == {"self_test"} and (heard[0].done, heard[-1].done) == (0, FRAMES)
    heard.clear()
    with pytest.raises(Cancelled):
        self_test(ProgressOnly(heard.append), cancelled=lambda: True)
    assert [each.done for each in heard] == [0], "it went on"


def test_the_command_runs_in_the_threads_that_were_asked_for(monkeypatch, capsys):
    monkeypatch.setenv(THREADS, "2")
    assert main(["self-test", "--threads", "1"]) == 0
    assert ", 1 thread, model loaded" in capsys.readouterr().out
    assert os.environ[THREADS] == "2", "the caller's environment was changed"


def test_a_broken_decoder_fails_with_a_sentence(monkeypatch, capsys):
    def broken(self):
        raise AttributeError("module 'av' has no attribute 'open'")

    monkeypatch.setattr(Video, "frames", broken)
    with pytest.raises(FootageError, match=r"Video cannot be decoded here \(AttributeError: module 'av' has no"):
        self_test()
    assert main(["self-test"]) == 1
    assert "Traceback" not in (printed := capsys.readouterr()).err and "Ready" not in printed.out


def test_a_decoder_that_gives_no_images_fails(monkeypatch):
    monkeypatch.setattr(Converter, "image", lambda self, frame: None)
    with pytest.raises(FootageError, match="be decoded"):
        self_test()


def test_a_missing_decoder_fails_with_a_sentence(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("romp_core.footage")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(FootageError, match=r"Video cannot be decoded here .*av"):
        self_test()


def test_a_missing_runtime_fails_with_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match="onnxruntime cannot be loaded"):
        self_test()


class Blind:
    """An estimator that finds nobody."""

    provider, remark = "CPU", ""

    def run(self, frames):
        return (People.empty(33) for _ in frames)


def test_a_model_that_finds_nobody_fails_with_a_sentence(monkeypatch):
    card = replace(model_card("blazepose"), open=lambda *_: Blind())
    monkeypatch.setattr("romp_core.jobs.self_test.model_card", lambda name: card)
    with pytest.raises(ModelError, match="did not find the person in the test clip"):
        self_test()
