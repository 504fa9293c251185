"""Options that are generated from the settings dataclasses, as the panel's properties are."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..inference.options import MOST_THREADS, THREADS, RuntimeChoice
from ..models.registry import MODELS, model_card
from ..take.settings import CaptureSettings, SolveSettings, from_mapping, setting_fields, with_values


def add_settings(parser: argparse._ActionsContainer, cls: type, only: Sequence[str] = ()) -> None:
    """One option per setting; those not given are absent from the namespace, so defaults stay in one place."""
    for item in setting_fields(cls):
        if only and item.name not in only:
            continue
        limits, flag = item.metadata, "--" + item.name.replace("_", "-")
        default = ("off", "on")[item.default] if isinstance(item.default, bool) else item.default
        text = limits["help"] + ("" if default == "" else f" (default: {default})")
        if isinstance(item.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=text)
        else:
            choices = tuple(limits["choices"]) if "choices" in limits else None
            kind = _people if item.name == "people" else type(item.default)
            metavar = "N|all" if item.name == "people" else limits.get("unit", item.name).upper()
            if choices:
                metavar = "|".join(choices)
            parser.add_argument(flag, type=kind, choices=choices, default=argparse.SUPPRESS, metavar=metavar, help=text)


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """One option per setting that only one model has."""
    for card in MODELS.values():
        if card.options:
            add_settings(parser.add_argument_group(f"options of {card.label}"), card.options)


def add_weights(parser: argparse.ArgumentParser) -> None:
    """The option that names the folder of files."""
    text = "folder of weight and body files (default: your data folder; ~/.romp is always searched)"
    parser.add_argument("--weights", metavar="DIR", default=None, help=text)


def add_threads(parser: argparse.ArgumentParser) -> None:
    """The option that says how many threads networks get."""
    text = f"threads of the processor for networks, 1 to {MOST_THREADS}; 0: one per physical core (default: 0)"
    parser.add_argument("--threads", type=int, metavar="N", default=None, help=text)


@contextmanager
def with_threads(options: argparse.Namespace) -> Iterator[None]:
    """While this lasts, the environment says how many threads were chosen, if that was done.

    Raises:
        SettingsError: that many cannot be.
    """
    threads, before = getattr(options, "threads", None), os.environ.get(THREADS)
    if threads is not None:
        os.environ |= {THREADS: RuntimeChoice(threads=threads).to_environment()[THREADS]}
    try:
        yield
    finally:
        if threads is not None:
            os.environ.pop(THREADS)
            os.environ |= {} if before is None else {THREADS: before}


def capture_settings(options: argparse.Namespace) -> CaptureSettings:
    """The capture settings that were given, with the options of the model.

    Raises:
        SettingsError: a setting is outside of its limits, or an option is not one of the model's.
    """
    of_models = {
        name: value
        for card in MODELS.values()
        if card.options
        for name, value in given_settings(options, card.options).items()
    }
    settings = from_mapping(CaptureSettings, {**given_settings(options, CaptureSettings), "model_options": of_models})
    model_card(settings.model).read_options(settings)
    return settings


def solve_settings(options: argparse.Namespace, before: SolveSettings | None = None) -> SolveSettings:
    """The solve settings that were given; the others are those of `before`, or the defaults."""
    return with_values(before or SolveSettings(), given_settings(options, SolveSettings))


def given_settings(options: argparse.Namespace, cls: type) -> dict[str, Any]:
    """The settings of a dataclass that were given, by name."""
    return {item.name: getattr(options, item.name) for item in setting_fields(cls) if hasattr(options, item.name)}


def _people(text: str) -> int:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is neither a number nor 'all'")
    return 0 if text == "all" else int(text)
