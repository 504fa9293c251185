"""The ladder of execution providers, fastest first, with the options each of them needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

AUTOMATIC = "auto"


@dataclass(frozen=True)
class Provider:
    """One rung of the ladder.

    Attributes:
        key: what the user chooses it by; one key may have several rungs.
        name: onnxruntime's name.
        label: what the user reads.
        options: provider options; with `fast` ones on top where less than single precision is allowed.
        plain: it can neither run branches in parallel nor plan memory by pattern.
        chosen_only: not tried unless the user asks for it.
        beside: providers that take over what this one does not compute, before the CPU.
        platforms: values of `sys.platform` on which it exists.
    """

    key: str
    name: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)
    fast: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False
    chosen_only: bool = False
    beside: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ("linux", "win32", "darwin")

    @property
    def title(self) -> str:
        """The label without the device."""
        return self.label.split(" on ")[0]


CUDA = "CUDAExecutionProvider"
_PC = ("linux", "win32")
CPU = Provider("cpu", "CPUExecutionProvider", "the processor")

LADDER = (
    # Engines take minutes to build for each new batch size, hence only for those who ask.
    Provider(
        "tensorrt",
        "TensorrtExecutionProvider",
        "TensorRT",
        options={"trt_fp16_enable": "0"},
        fast={"trt_fp16_enable": "1"},
        chosen_only=True,
        beside=(CUDA,),
        platforms=_PC,
    ),
    Provider(
        "cuda",
        CUDA,
        "CUDA",
        # The exhaustive search, the default, would run again for each new batch size. TF32 keeps 10 bits of mantissa.
        options={"cudnn_conv_algo_search": "HEURISTIC", "arena_extend_strategy": "kSameAsRequested", "use_tf32": "0"},
        fast={"use_tf32": "1"},
        platforms=_PC,
    ),
    Provider("directml", "DmlExecutionProvider", "DirectML", plain=True, platforms=("win32",)),
    Provider(
        "coreml",
        "CoreMLExecutionProvider",
        "CoreML",
        # The neural engine computes in half precision.
        options={"ModelFormat": "MLProgram", "MLComputeUnits": "CPUAndGPU", "AllowLowPrecisionAccumulationOnGPU": "0"},
        fast={"MLComputeUnits": "ALL", "AllowLowPrecisionAccumulationOnGPU": "1"},
        platforms=("darwin",),
    ),
    # Not "AUTO": it may leave the whole network to onnxruntime and still call itself OpenVINO.
    Provider(
        "openvino",
        "OpenVINOExecutionProvider",
        "OpenVINO on the graphics chip",
        options={"device_type": "GPU", "precision": "FP32"},
        fast={"precision": "FP16"},
        platforms=_PC,
    ),
    Provider(
        "openvino",
        "OpenVINOExecutionProvider",
        "OpenVINO on the processor",
        options={"device_type": "CPU", "precision": "FP32"},
        platforms=_PC,
    ),
    CPU,
)

CHOICES = (AUTOMATIC, *dict.fromkeys(provider.key for provider in LADDER))


def ladder(preferred: str, available: Iterable[str]) -> list[Provider]:
    """What to try, in order; ends with the CPU.

    Args:
        preferred: a key, whose rungs come first even if onnxruntime does not offer them, or "auto".
        available: names that onnxruntime offers.
    """
    offered = set(available)
    if preferred == CPU.key:
        return [CPU]
    first = [rung for rung in LADDER if rung.key == preferred]
    rest = [rung for rung in LADDER if rung.key != preferred and not rung.chosen_only and rung.name in offered]
    return [*first, *(rung for rung in rest if rung != CPU), CPU]
