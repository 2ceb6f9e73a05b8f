"""One job inside FINN's own environment: files in, files out; it knows nothing of vierbein.

FINN's builder asks for Vivado and for a solver of integer programs when it is imported, which the
steps taken here do not use: stand-ins answer for them.
"""

import enum
import json
import os
import re
import shutil
import sys
import types
from copy import deepcopy
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

TO_INTEGERS = ("step_qonnx_to_finn", "step_tidy_up", "step_streamline")
TO_DATAFLOW = (
    "step_convert_to_hw",
    "step_minimize_bit_width_initial",
    "step_create_dataflow_partition",
)
TO_REPORTS = (
    "step_apply_folding_config",
    "step_minimize_bit_width",
    "step_generate_estimate_reports",
)
WITH_VIVADO = (
    "step_hw_codegen",
    "step_hw_ipgen",
    "step_set_fifo_depths",
    "step_create_stitched_ip",
    "step_out_of_context_synthesis",
)
STREAMED = ("MVAU_rtl", "Thresholding_rtl", "StreamingDataWidthConverter_rtl")
"""What has sources of its own, which Verilator reads."""
LIBRARY = (
    "mvu/mvu_pkg.sv",
    "mvu/replay_buffer.sv",
    "mvu/mvu.sv",
    "mvu/mvu_vvu_8sx9_dsp58.sv",
    "mvu/mvu_vvu_axi.sv",
    "memstream/hdl/memstream.sv",
    "memstream/hdl/memstream_axi.sv",
    "axi/hdl/axilite.sv",
    "thresholding/hdl/thresholding.sv",
    "thresholding/hdl/thresholding_axi.sv",
    "dwc/hdl/vpc.sv",
    "dwc/hdl/dwc_axi.sv",
)
_BATCH = 64


def main(folder: Path) -> None:
    """Do the job of a folder."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    os.environ["FINN_BUILD_DIR"] = str((folder / "build").resolve())
    (folder / "build").mkdir(exist_ok=True)
    _stand_in()
    result = {"lower": lower, "execute": execute, "greet": greet}[job["kind"]](job, folder)
    result["versions"] = {name: version(name) for name in ("finn-plus", "numpy", "onnx", "qonnx")}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def greet(_job: dict[str, Any], _folder: Path) -> dict[str, Any]:
    """Import what the other jobs need."""
    return {"steps": len(_steps())}


def execute(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Execute the graph after every step, in Python, on the same words."""
    from finn.transformation.fpgadataflow.set_exec_mode import SetExecMode
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes

    words = np.load(folder / "words.npz", allow_pickle=False)["words"].astype(np.float32)
    found = {}
    for step in job["steps"]:
        model = ModelWrapper(str(folder / step["file"])).transform(InferShapes())
        model = _widened(model.transform(SetExecMode("cppsim")))
        name, shape = model.graph.input[0].name, model.get_tensor_shape(model.graph.input[0].name)
        outputs = []
        for begin in range(0, len(words), _BATCH):
            given = words[begin : begin + _BATCH] * np.float32(step["spacing"])
            padded = np.zeros((_BATCH, *given.shape[1:]), np.float32)
            padded[: len(given)] = given
            computed = execute_onnx(model, {name: padded.reshape(shape)})
            outputs.append(computed[model.graph.output[0].name].reshape(_BATCH, -1)[: len(given)])
        found[step["file"]] = np.concatenate(outputs).astype(np.float64)
    np.savez(folder / "outputs.npz", allow_pickle=False, **found)
    return {}


def lower(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Take every step from a QONNX graph to Verilog; keep each graph on the way."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.infer_datatypes import InferDataTypes

    chain = _Chain(job, folder)
    model = _of_words(ModelWrapper(str(folder / "model.qonnx")), job["words"])
    model = chain.take(TO_INTEGERS, model)
    affine, num_values = _cut_affine(model), len(chain.names)
    model = chain.keep("cut_affine", model.transform(InferDataTypes()))
    model = chain.take(TO_DATAFLOW, model)
    model = chain.take(("step_specialize_layers",), _as_rtl(model))
    foreign = [f"{n.name} ({n.op_type})" for n in model.graph.node if n.op_type not in STREAMED]
    if foreign:
        raise _StepError("step_specialize_layers", f"no RTL is made of {', '.join(foreign)}")
    if not job["folding"]:
        model = chain.take(("step_target_fps_parallelization",), model)
        model = chain.keep("space_outputs", _spaced(model))
    model = chain.take(TO_REPORTS, model)
    if job["vivado"]:
        chain.take(WITH_VIVADO, ModelWrapper(deepcopy(model.model)))
    shutil.copytree(folder / "made" / "report", folder / "reports")
    steps = [
        {"file": f"steps/{name}.onnx", "gives_values": place < num_values}
        for place, name in enumerate(chain.names)
    ]
    return {"steps": steps, "affine": affine, **_write_verilog(model, job, folder)}


class _StepError(Exception):
    """A step of FINN's that fails, in a line."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step} of FINN's builder: {' '.join(reason.split())}")


class _Chain:
    """Takes steps of FINN's builder one after the other, and keeps the graph after each."""

    def __init__(self, job: dict[str, Any], folder: Path) -> None:
        from finn.builder.build_dataflow_config import DataflowBuildConfig, DataflowOutputType

        products = [DataflowOutputType.ESTIMATE_REPORTS]
        if job["vivado"]:
            products += [DataflowOutputType.STITCHED_IP, DataflowOutputType.OOC_SYNTH]
        self.settings = DataflowBuildConfig(
            output_dir=str(folder / "made"),
            synth_clk_period_ns=job["clock"],
            fpga_part=job["part"],
            target_fps=None if job["folding"] else int(job["rate"]),
            folding_config_file=job["folding"] or None,
            mvau_wwidth_max=job["widest_weights"],
            generate_outputs=products,
            standalone_thresholds=True,
            save_intermediate_models=True,
        )
        self.settings.get_intermediate_models_directory().mkdir(parents=True, exist_ok=True)
        self.folder, self.names = folder / "steps", list[str]()
        self.folder.mkdir()

    def take(self, steps: tuple[str, ...], model: Any) -> Any:
        """Take steps of FINN's; an error names its step."""
        for name in steps:
            try:
                model = self.keep(name.removeprefix("step_"), _steps()[name](model, self.settings))
            except Exception as error:
                raise _StepError(name, f"{type(error).__name__}: {error}") from error
        return model

    def keep(self, name: str, model: Any) -> Any:
        """Keep a graph under a name, behind those before it."""
        self.names.append(f"{len(self.names):02}-{name}")
        model.save(str(self.folder / f"{self.names[-1]}.onnx"))
        return model


def _as_rtl(model: Any) -> Any:
    """Ask for Verilog wherever FINN has a choice: of narrow words it prefers HLS."""
    from qonnx.custom_op.registry import getCustomOp

    for node in model.graph.node:
        getCustomOp(node).set_nodeattr("preferred_impl_style", "rtl")
    return model


def _of_words(model: Any, datatype: str) -> Any:
    """Let the graph take whole numbers: the host quantises, the first node but scales."""
    from onnx import helper
    from qonnx.core.datatype import DataType

    given = model.graph.input[0].name
    quant = model.find_producer("words")
    while model.graph.node[0].output[0] != "words":  # a rectification before it
        del model.graph.node[0]
    del model.graph.node[0]
    model.graph.node.insert(0, helper.make_node("Mul", [given, quant.input[1]], ["words"]))
    model.set_tensor_datatype(given, DataType[datatype])
    return model


def _cut_affine(model: Any) -> list[dict[str, Any]]:
    """Take the last factors and offsets, which floats compute, off the graph: the host's part."""
    taken: list[dict[str, Any]] = []
    while model.graph.node[-1].op_type in ("Mul", "Add"):
        node = model.graph.node[-1]
        (constant,) = (name for name in node.input if model.get_initializer(name) is not None)
        (data,) = (name for name in node.input if name != constant)
        values = model.get_initializer(constant).astype(np.float64).reshape(-1)
        taken.insert(0, {"operation": node.op_type, "values": values.tolist()})
        model.graph.node.remove(node)
        model.find_producer(data).output[0] = model.graph.output[0].name
    return taken


def _spaced(model: Any) -> Any:
    """Keep two cycles between the outputs of layers that a later one may hold up.

    FINN's matrix unit has a queue of one output too few for outputs in every cycle: its own
    assertion, "Overflowing output queue", says so in simulation. Where every layer takes a whole
    vector in every cycle, none is held up.
    """
    from qonnx.custom_op.registry import getCustomOp

    layers = [getCustomOp(node) for node in model.graph.node if node.op_type == "MVAU_rtl"]
    folds = [[layer.get_nodeattr(name) for name in ("MW", "SIMD", "MH", "PE")] for layer in layers]
    if all(inputs == taken and outputs == given for inputs, taken, outputs, given in folds):
        return model
    slowest = max(getCustomOp(node).get_exp_cycles() for node in model.graph.node)
    for layer, (inputs, taken, outputs, given) in zip(layers, folds, strict=True):
        if inputs == 1 or taken < inputs:
            continue
        layer.set_nodeattr("SIMD", max(n for n in range(1, inputs) if inputs % n == 0))
        for parallel in (n for n in range(given, outputs + 1) if outputs % n == 0):
            layer.set_nodeattr("PE", parallel)
            if layer.get_exp_cycles() <= slowest:
                break
    return model


def _write_verilog(model: Any, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Let FINN write its Verilog; copy it with the library, without paths of this machine."""
    from finn.interface.interface_utils import resolve_module_path
    from finn.transformation.fpgadataflow.insert_dwc import InsertDWC
    from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
    from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
    from qonnx.custom_op.registry import getCustomOp
    from qonnx.transformation.general import GiveReadableTensorNames, GiveUniqueNodeNames

    library = Path(resolve_module_path("finn-rtllib"))
    os.environ["FINN_RTLLIB"] = str(library)
    os.environ["FINN_CUSTOM_HLS"] = resolve_module_path("custom_hls")
    for step in (
        InsertDWC(),
        SpecializeLayers(job["part"]),
        GiveUniqueNodeNames(),
        GiveReadableTensorNames(),
        PrepareIP(job["part"], job["clock"]),
    ):
        model = model.transform(step)
    rtl = folder / "rtl"
    rtl.mkdir()
    for name in LIBRARY:
        shutil.copy(library / name, rtl)
    layers = [getCustomOp(node) for node in model.graph.node]
    return {
        "nodes": [_copied(layer, rtl) for layer in layers],
        "library": [Path(name).name for name in LIBRARY],
        "input": _stream(layers[0].get_folded_input_shape(), layers[0].get_input_datatype()),
        "output": _stream(layers[-1].get_folded_output_shape(), layers[-1].get_output_datatype()),
    }


def _copied(layer: Any, rtl: Path) -> dict[str, Any]:
    """Copy a layer's sources, and describe its streams."""
    name = layer.onnx_node.name
    generated = Path(layer.get_nodeattr("code_gen_dir_ipgen"))
    for file in sorted(generated.iterdir()):
        copy = rtl / (file.name if file.name.startswith(name) else f"{name}_{file.name}")
        if file.suffix in (".v", ".sv"):
            text = file.read_text(encoding="utf-8")
            text = text.replace(f"{generated}/memblock", f"{name}_memblock")
            copy.write_text(text.replace(f"{generated}/", ""), encoding="utf-8")
        elif file.suffix == ".dat":
            shutil.copy(file, copy)
    said = {
        "name": name,
        "kind": layer.onnx_node.op_type,
        "input_bits": layer.get_instream_width_padded(),
        "output_bits": layer.get_outstream_width_padded(),
    }
    if said["kind"] == "MVAU_rtl":
        text = (rtl / f"{name}_memstream_wrapper.v").read_text(encoding="utf-8")
        said["weight_bits"] = -(-int(re.findall(r" WIDTH = (\d+)", text)[0]) // 8) * 8
        said |= {each: layer.get_nodeattr(each) for each in ("MW", "MH", "SIMD", "PE")}
    return said


def _stream(folded: Any, datatype: Any) -> dict[str, Any]:
    return {
        "beats": int(np.prod(folded[:-1])),
        "numbers": int(folded[-1]),
        "bits": int(datatype.bitwidth()),
        "is_signed": bool(datatype.signed()),
    }


def _widened(model: Any) -> Any:
    """Let the graph take a batch of events at once: one at a time is thirty times slower."""
    for node in model.graph.node:
        if node.op_type == "Reshape":
            shape = model.get_initializer(node.input[1]).copy()
            shape[0] = _BATCH
            model.set_initializer(node.input[1], shape)
        for attribute in node.attribute:
            if attribute.name == "numInputVectors":
                attribute.ints[0] = _BATCH
    follows = {model.graph.input[0].name}  # what depends on the event
    for node in model.graph.node:
        follows.update(node.output if follows.intersection(node.input) else ())
    for each in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        if each.name in follows:
            each.type.tensor_type.shape.dim[0].dim_value = _BATCH
    return model


def _steps() -> Any:
    from finn.builder.build_dataflow_steps import build_dataflow_step_lookup

    return build_dataflow_step_lookup


class _Absent(types.ModuleType):
    """A package of which only names are imported."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _stand_in() -> None:
    if find_spec("mip") is None:
        solver = _Absent("mip")
        solver.__dict__.update(CBC="CBC", GUROBI="GRB", HIGHS="HIGHS")
        solver.__dict__["SearchEmphasis"] = enum.Enum("SearchEmphasis", "DEFAULT")
        sys.modules["mip"] = solver
    if "XILINX_VIVADO" not in os.environ:
        import finn.xsi

        finn.xsi.SimEngine = type("SimEngine", (), {})
    from finn.util.settings import initialize_dummy_settings

    initialize_dummy_settings()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
