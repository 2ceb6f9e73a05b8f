"""The tutorial's notebook runs, and shows what its text says."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parent.parent / "docs" / "tutorials" / "notebook.ipynb"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_runs(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
    shown = [
        output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    ]
    data = [output.data for output in shown if output.output_type == "execute_result"]
    assert "zero_shot" in data[0]["text/html"]  # the arms
    assert "twin_equal_steps" in data[1]["text/html"]  # the differences
    assert "image/png" in data[2]
    assert "Did you mean" in shown[-1].text
