"""QONNX of our own writing and of Brevitas' say what torch and the program say."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.cleanup import cleanup_model

from vierbein.fixed_point.qonnx import to_qonnx
from vierbein.interfaces.compressor import Materials
from vierbein_compression.quantize import Quantize


@pytest.mark.parametrize("shape", ["largest", "interaction"])
def test_every_writer_agrees(shape: str, made: Any, materials: Materials, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Quantize(weight_bits=4, activation_bits=4, steps=5).compress(
        made.student(shape), materials
    )
    program = network.program()
    words = made.words(network, 0)[::9]
    plain = torch.nn.Sequential(network.backbone.body, network.head.linear)
    values = (words * program.format.spacing).float()
    with torch.no_grad():
        wanted = network.from_words(words).numpy()
    by_program = program.predict(words.numpy()).values
    ours = _executed(ModelWrapper(to_qonnx(program)).transform(InferShapes()), values.numpy())
    theirs = _executed(_brevitas(plain, values[:1], tmp_path), values.numpy())
    assert len(words) > 20
    for found in (by_program, ours, theirs):
        np.testing.assert_array_equal(found, wanted)


def _brevitas(network: torch.nn.Module, example: torch.Tensor, folder: Path) -> ModelWrapper:
    file = folder / "brevitas.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from brevitas.export import export_qonnx  # warns of what it does without

        export_qonnx(network, args=example, export_path=str(file), opset_version=13, dynamo=False)
        return cleanup_model(ModelWrapper(str(file)))


def _executed(model: ModelWrapper, values: NDArray[np.float32]) -> NDArray[np.float32]:
    given, output = model.graph.input[0].name, model.graph.output[0].name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [execute_onnx(model, {given: each[None]})[output] for each in values]
    return np.concatenate(found)
