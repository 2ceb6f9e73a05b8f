"""Fill the tables of README and of the studies' pages from what the benchmarks wrote."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rows import RESULTS
from vierbein.experiment.compare.pictures import TITLES
from vierbein.experiment.report.wording import bounded, interval

ROOT = Path(__file__).parent.parent
README, STUDY = ROOT / "README.md", ROOT / "docs" / "explanation" / "jets_study.md"
PRETRAINING = ROOT / "docs" / "explanation" / "pretraining.md"
SYMMETRY = ROOT / "docs" / "explanation" / "symmetry.md"
TUNERS = ROOT / "docs" / "plugins" / "tuners.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->"
MEANINGS = {
    "install_seconds": "installation of the quick start, from a fresh clone",
    "quickstart_seconds": "run of the quick start",
    "quickstart_peak_mib": "its peak memory",
    "quickstart_transfer_atlas": "quick start, atlas: fine-tuned minus twin",
    "quickstart_transfer_calo": "quick start, calo: fine-tuned minus twin",
    "label_efficiency": "times fewer labelled events for the same AUC",
    "verdict_seeds_agreeing": "seeds whose transfer verdicts agree",
    "rerun_identical": "a second run has the same report.json (1 = yes)",
    "jets_study_transfer_atlas": "study of all arms, atlas: fine-tuned minus twin",
    "jets_study_transfer_calo": "study of all arms, calo: fine-tuned minus twin",
    "lorentz_infer_vs_pyg": "`lorentz_net`: inference, events/s over the same on torch-geometric",
    "lorentz_train_vs_pyg": "the same for training",
    "lgatr_slim_infer_vs_padded": "`lgatr_slim_net`: inference, events/s over padded use",
    "lgatr_infer_vs_padded": "the same for `lgatr_net`",
    "symmetry_gain_small_data": "AUC that Lorentz symmetry gains at the fewest jets",
    "cli_help_vs_python": "`vierbein --help` over a bare `python -c pass`",
    "plugins_list_vs_python": "`vierbein plugins list` over the same",
    "plugins_list_200_more_seconds": "`plugins list` with 200 more plugins: added",
    "compose_seconds": "composing a configuration",
    "batches_vs_weaver": "batches: events/s over weaver-core's loader",
    "padding_waste": "padded slots over real particles",
    "loop_overhead_vs_bare": "a step of the training loop over a bare torch loop",
    "author_lines_backbone": "lines that the author of a backbone plugin writes",
    "author_lines_adapter": "the same for an adapter",
    "author_lines_safeguard": "the same for a safeguard",
    "author_lines_hardware": "the same for a hardware backend",
    "scaffold_to_green_seconds": "from `plugins new` to passed contracts",
    "contract_checks_total": "contract checks",
    "planted_faults_caught": "planted faults that the contracts catch",
    "planted_faults_tried": "of so many",
    "tamperings_refused": "tamperings with a bundle that are refused",
    "tamperings_tried": "of so many",
    "bf16_train_vs_fp32_tiny": "training in bf16 over 32 bits, tiny particle transformer",
    "bf16_train_vs_fp32_base": "the same, of the published size",
    "traps_tested": "traps of published foundation models that tests hold shut, of 15",
    "tuners_live": "pairs of tuner and backbone in which all that is tuned is live",
    "hostile_configs_refused": "hostile configurations that are refused",
    "hostile_configs_tried": "of so many",
    "blinding_leaks_caught": "planted leaks of a sealed signal region that are caught",
    "blinding_leaks_tried": "of so many",
    "blinding_false_alarms": "alarms in 100 worlds without a leak",
    "particle_transformer_train_vs_weaver": "packed transformer over weaver-core's: training",
    "particle_transformer_infer_vs_weaver": "the same: predictions",
    "particle_transformer_bf16_train_vs_weaver": "with bf16 over its single precision: training",
    "particle_transformer_bf16_infer_vs_weaver": "the same: predictions",
    "gemm_share_train": "useful operations over the peak of matrix products: training",
    "gemm_share_infer": "the same: predictions",
    "peak_memory_vs_padded": "peak memory of training over weaver-core's padded network",
}


def figures() -> str:
    """Give README's table: one line a row that has been measured."""
    rows = _rows()
    lines = [
        _line(["figure", "value", "low - high", "against", "command"]),
        "|---|---|---|---|---|",
    ]
    for name, meaning in MEANINGS.items():
        if row := rows.get(name):
            unit = "" if row["unit"] == "1" else f" {row['unit']}"
            low, high = row["low"], row["high"]
            span = f"{low:g} - {high:g}" if low < high else ""
            value, command = f"{row['value']:g}{unit}", f"`{row['command']}`"
            lines.append(_line([meaning, value, span, row["against"], command]))
    return "\n".join(lines) + "\n"


def _rows() -> dict[str, dict[str, Any]]:
    files = sorted(RESULTS.glob("*.json"))
    return {row["name"]: row for file in files for row in json.loads(file.read_text())}


def objectives() -> str:
    """Give the table of objectives: a base's AUC after fine-tuning, and its gain on a twin."""
    rows = _rows()
    found = {name: row for name, row in rows.items() if name.startswith("objective_")}
    sizes = sorted({int(name.rpartition("_")[2]) for name in found})
    names = ("none", "supervised", "masked_particles", "supervised_and_masked")
    columns = [text for size in sizes for text in (f"AUC, {size:,} jets", "gain")]
    lines = [_line(["pretrained on", *columns]), _line(["---"] * (1 + len(columns)))]
    for name in names:
        cells = []
        for size in sizes:
            gain = found.get(f"objective_{name}_gain_{size}")
            cells.append(interval(found[f"objective_{name}_auc_{size}"]))
            cells.append(interval(gain, is_signed=True) if gain else "")
        lines.append(_line([name, *cells]))
    return "\n".join(lines) + "\n" if found else ""


def depths() -> str:
    """Give the table of the depth sweep: the AUC by depth, target domain and labelled events."""
    rows = {name: row for name, row in _rows().items() if name.startswith("depth_")}
    keys = [name.split("_")[1:] for name in rows]
    columns = sorted({(domain, int(size)) for _, domain, size in keys})
    head = ["blocks that learn", *(f"{domain}, {size:,} events" for domain, size in columns)]
    lines = [_line(head), _line(["---"] * len(head))]
    for depth in sorted({int(depth) for depth, _, _ in keys}):
        found = (interval(rows[f"depth_{depth}_{domain}_{size}"]) for domain, size in columns)
        lines.append(_line([str(depth) if depth else "none: the base as it is", *found]))
    return "\n".join(lines) + "\n" if rows else ""


def study() -> str:
    """Give the study's tables: every arm at every size, and what the comparison said of it."""
    report = json.loads((RESULTS / "jets_study" / "report.json").read_text())
    return "\n".join(line for domain in report["comparison"] for line in _domain(report, domain))


def symmetry() -> str:
    """Give the symmetry study's table: AUC and gain at every number of jets."""
    said = json.loads((RESULTS / "symmetry_study" / "figures.json").read_text())
    sizes = list(next(iter(said.values())))
    lines = [_line(["network", *(f"{int(size):,} jets" for size in sizes)])]
    lines.append(_line(["---"] * (1 + len(sizes))))
    for name, row in said.items():
        is_gain = name.startswith("gain")
        figures = (interval(row[size], is_signed=is_gain) for size in sizes)
        lines.append(_line([f"**{name}**" if is_gain else name, *figures]))
    return "\n".join(lines) + "\n"


def _domain(report: dict[str, Any], domain: str) -> Iterator[str]:
    said = report["comparison"][domain]
    sizes = sorted(said["sizes"], key=int)
    yield f"### {domain}\n"
    yield _line(["arm", *(f"{int(size):,} events" for size in sizes)])
    yield _line(["---"] * (1 + len(sizes)))
    for arm, title in TITLES.items():
        found = [said["sizes"][size]["arms"].get(arm) for size in sizes]
        if all(found):
            yield _line([title, *(interval(each["metric"]) for each in found)])
    yield _line(
        [
            "**fine-tuned minus twin**",
            *(
                f"{interval(at['difference'], is_signed=True)} {at['outcome']}"
                for at in (said["sizes"][size]["against"]["twin_equal_steps"] for size in sizes)
            ),
        ]
    )
    smallest = int(sizes[0])
    efficiencies = (
        bounded(said["sizes"][size]["label_efficiency"], smallest / int(size)) for size in sizes
    )
    yield _line(["**label efficiency**", *efficiencies])
    yield ""
    pooled = said["pooled"]["twin_equal_steps"]
    text = interval(pooled["difference"], is_signed=True)
    worth = bounded(said["zero_shot"]["worth"], smallest)
    yield f"Transfer over all sizes: {text}, **{pooled['outcome']}**. The base alone is worth"
    yield f"{worth} labelled events. Advice at {int(sizes[-1]):,}: {said['advice']}\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def filled(text: str, table: str) -> str:
    """Put a table between a page's marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table + END + rest.partition(END)[2]


def pages() -> dict[Path, str]:
    """Give every page as it should be."""
    tables = {README: figures(), PRETRAINING: objectives(), SYMMETRY: symmetry()}
    tables |= {TUNERS: depths()}
    tables |= {STUDY: study()} if STUDY.exists() else {}
    return {page: filled(page.read_text(), table) for page, table in tables.items()}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
