"""Templates: the networks as ONNX graphs without weights, a fixed file per network.

    python -m romp_core.networks.templates [FOLDER]

Initialisers carry the checkpoint's names and no data; `romp_core.models.template` binds a checkpoint's arrays to them.
The files (`romp_core/templates/`) are committed, so that only who changes a network needs torch.
"""

from __future__ import annotations

import argparse
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from torch import nn

from ..models.template import TEMPLATES
from .bev import FEATURES, BevMaps, BevPeople
from .romp import Romp

_OPSET = 17


@dataclass(frozen=True)
class Template:
    """How one network is exported.

    Attributes:
        name: the file's stem.
        input_shape: of a batch of one.
    """

    name: str
    network: type[nn.Module]
    input_name: str
    input_shape: Sequence[int]
    outputs: Sequence[str]


IMAGE = (1, 512, 512, 3)
BEV_MAPS = ("center_map_3d", "cam_maps_3d", "param_features", "maps_fv", "bv_out")
ALL = (
    Template("romp", Romp, "image", IMAGE, ("center_maps", "params_maps")),
    Template("bev_maps", BevMaps, "image", IMAGE, BEV_MAPS),
    Template("bev_people", BevPeople, "features", (1, FEATURES), ("params",)),
)


def export(template: Template) -> bytes:
    """The template's file; the same bytes every time."""
    torch.manual_seed(0)
    network = template.network().eval()
    for values in network.state_dict().values():
        if values.is_floating_point():
            values.uniform_(0.5, 1.5)  # the exporter merges initialisers of equal values
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that keeps the names is the older one
        torch.onnx.export(
            network,
            (torch.zeros(*template.input_shape),),
            file,
            dynamo=False,
            training=torch.onnx.TrainingMode.PRESERVE,  # else BatchNorm is merged, and with it the names are lost
            do_constant_folding=False,
            opset_version=_OPSET,
            input_names=[template.input_name],
            output_names=list(template.outputs),
            dynamic_axes={name: {0: "batch"} for name in (template.input_name, *template.outputs)},
        )
    model = onnx.load_from_string(file.getvalue())
    _strip(model, keys=set(network.state_dict()))
    return model.SerializeToString(deterministic=True)


def _strip(model: onnx.ModelProto, keys: set[str]) -> None:
    """Drop weights, remarks and long names; what remains depends on the network alone."""
    graph = model.graph
    for tensor in graph.initializer:
        if tensor.name not in keys:
            raise ValueError(f"{tensor.name} is no key of a checkpoint")
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="checkpoint")
    model.producer_version = ""
    graph.ClearField("value_info")
    kept = {"", *(each.name for each in (*graph.input, *graph.output, *graph.initializer))}
    short: dict[str, str] = {}
    for node in graph.node:
        node.ClearField("name")
        node.ClearField("doc_string")
        for values in (node.input, node.output):
            for index, name in enumerate(values):
                if name not in kept:
                    values[index] = short.setdefault(name, str(len(short)))


def write(folder: Path) -> Iterator[Path]:
    """Write all templates; yields each file."""
    folder.mkdir(parents=True, exist_ok=True)
    for template in ALL:
        path = folder / f"{template.name}.onnx"
        path.write_bytes(export(template))
        yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=TEMPLATES)
    for path in write(parser.parse_args().folder):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
