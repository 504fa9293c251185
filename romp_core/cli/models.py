"""Commands about models and their files."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from ..errors import ModelError
from ..weights.file import WeightFile
from .console import put, say
from .options import add_threads, add_weights
from .progress import Silent, add_progress, interruptible


def add_model_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `models`, `download`, `choose`, `verify` and `self-test`."""
    sub = command("models", _models, "List the models, and what is missing to run them")
    text = "only those whose results may be sold, as the license texts say"
    sub.add_argument("--commercial", action="store_true", help=text)
    add_weights(sub)

    sub = command("download", _download, "Download the files that a model needs")
    sub.add_argument("name", metavar="MODEL", help="a model, or one file by its name, such as ROMP.onnx")
    sub.add_argument("--accept-license", action="store_true", help="accept the license that the command prints")
    sub.add_argument("--address", default="", help="another address to get that one file from")
    add_weights(sub)
    add_progress(sub)

    sub = command("choose", _choose, "Use a file from any folder")
    sub.add_argument("name", metavar="NAME", help="what it is for, such as ROMP.pkl or SMPL_NEUTRAL")
    sub.add_argument("file", metavar="FILE")
    add_weights(sub)

    sub = command("verify", _verify, "Check the hash, keys and shapes of a file, and try it")
    sub.add_argument("name", metavar="MODEL", help="a model, or what the file is for, such as SMPL_NEUTRAL")
    sub.add_argument("file", metavar="FILE")
    add_weights(sub)

    sub = command("self-test", _self_test, "Check that video decoding and the built-in model work on this machine")
    add_threads(sub)


def _models(options: argparse.Namespace) -> None:
    from ..models.registry import MODELS, REFINERS, default_store

    store = default_store(options.weights)
    for card in MODELS.values():
        if options.commercial and not card.terms.may_sell:
            continue
        missing, useful = store.missing(card.needs), store.missing(card.helps)
        lines = [f"{card.label}: {card.description}", card.license, card.terms.commercial_line]
        lines += [f"MISSING: {state.problem} {_advice(state.file)}" for state in missing] or ["ready"]
        lines += [f"optional: {state.problem} {_advice(state.file)}" for state in useful]
        put(f"{card.name:<12} " + f"\n{'':<12} ".join(lines))
    for refiner in REFINERS.values():
        if not options.commercial or refiner.terms.may_sell:
            lines = [f"{refiner.label}: {refiner.description}", refiner.license, refiner.terms.commercial_line]
            lines += [f"MISSING: {each.problem} {_advice(each.file)}" for each in store.missing(refiner.needs)]
            put(f"{refiner.name:<12} " + f"\n{'':<12} ".join(lines))
    if options.commercial:
        put("A reading of the texts, not legal advice. It holds for the embedded body; SMPL bodies are not for sale.")
    put(f"Files are kept in {store.folder}")


def _advice(file: WeightFile) -> str:
    """The command that gets the file."""
    own = f"python -m romp_core choose {file.key} FILE"
    return f"python -m romp_core download {file.key}" if file.url else f"{file.how_to_get} Then: {own}"


def _download(options: argparse.Namespace) -> None:
    from ..jobs.download import download_files
    from ..models.registry import MODELS, default_store

    store = default_store(options.weights)
    if options.name in MODELS:
        files = [state.file for state in store.missing(MODELS[options.name].needs)]
    else:
        files = [store.file(options.name)]
    for file in files:
        say(f"{file.key}: {file.license}.")
    if not files:
        say(f"{MODELS[options.name].label} has all files that it needs.")
    elif not options.accept_license:
        raise ModelError(
            "Nothing was downloaded because the license was not accepted.", "Add --accept-license if you accept."
        )

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        for path in download_files([file.key for file in files], store, listener, cancelled, options.address):
            say(f"-> {path}")

    interruptible(run, options.progress)


def _choose(options: argparse.Namespace) -> None:
    from ..models.registry import default_store

    store = default_store(options.weights)
    store.choose(options.name, options.file)
    say(f"{options.name} is {store.find(options.name)}")


def _verify(options: argparse.Namespace) -> None:
    from ..jobs.verify import verify
    from ..models.registry import default_store

    report = verify(options.name, options.file, default_store(options.weights))
    put(report.text)
    if report.problem:
        raise ModelError(report.problem)


def _self_test(_: argparse.Namespace) -> None:
    from ..jobs.self_test import self_test

    put(self_test())
