"""``model.qonnx`` and ``job.json`` -> ``project`` and ``result.json``, by hls4ml."""

import json
import sys
from pathlib import Path
from typing import Any

DEFAULT = "fixed<61,31>"
"""The type of what has none of its own: none may be left, so it is one that nobody chooses."""


def main(folder: Path) -> None:
    """Convert the graph with the types of the job, and say which layers can be traced."""
    import onnx  # noqa: PLC0415
    from hls4ml.converters import convert_from_onnx_model  # noqa: PLC0415

    job = json.loads((folder / "job.json").read_text())
    layers = {
        name: {"Precision": types, "Trace": True, "Strategy": "Latency", "ReuseFactor": 1}
        for name, types in job["precisions"].items()
    }
    whole = {"Precision": DEFAULT, "Strategy": "Latency", "ReuseFactor": 1}
    made = convert_from_onnx_model(
        onnx.load(folder / "model.qonnx"),
        output_dir="project",
        project_name="program",
        hls_config={"Model": whole, "LayerName": layers},
        backend="Vitis",
        io_type="io_parallel",
        part=job["part"],
        clock_period=job["clock_period"],
    )
    if left := _without_type(made):
        sys.exit(f"hls4ml would give a type of its own choice to {', '.join(left)}")
    made.config.trace_output = True  # values of each layer, in the simulation alone
    made.write()
    _forget(folder / "project", made.config.get_config_value("Stamp"))
    traced = {
        layer.name: {
            "tensor": layer.outputs[0],
            "shape": [int(length) for length in layer.get_output_variable().shape],
        }
        for layer in made.get_layers()
        if layer.get_attr("function_cpp", None) and layer.get_attr("trace", default=False)
    }
    (folder / "result.json").write_text(json.dumps({"layers": traced}))


def _without_type(made: Any) -> list[str]:
    found = []
    for layer in made.get_layers():
        tensors = [*layer.variables.items(), *layer.weights.items()]
        types = {name: each.type for name, each in tensors}
        types |= {name: each for name, each in layer.attributes.items() if name.endswith("_t")}
        found += [
            f"{layer.name}.{name}"
            for name, each in types.items()
            if str(getattr(each, "precision", "")).startswith(DEFAULT[:-1])
        ]
    return found


def _forget(project: Path, stamp: str) -> None:
    """Take out a random stamp, so that equal graphs give equal projects."""
    for file in project.rglob("*"):
        if file.is_file() and stamp.encode() in (data := file.read_bytes()):
            file.write_bytes(data.replace(stamp.encode(), b"program"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
