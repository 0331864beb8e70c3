"""The pages that people see of a graded notebook, made as nbgrader makes them."""

from pathlib import Path

import nbgrader
from nbconvert.exporters import HTMLExporter
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from convkit.grading.pages.feedback import Grades, set_up_feedback

TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"
FORMGRADER = {
    "assignment_id": "mini",
    "notebook_id": "mini",
    "submission_id": "0123",
    "index": 0,
    "total": 2,
    "base_url": "",
    "student": "ann",
    "last_name": None,
    "first_name": None,
    "notebook_path": "autograded/ann/mini/mini.ipynb",
}


def exporter(name):
    config = Config()
    set_up_feedback(config)
    made = HTMLExporter(config=config, template_name=name, extra_template_basedirs=[str(TEMPLATES)])
    return config, made


def feedback(notebook, folder=None, **known):
    """A student's page; the grades, which come from a gradebook, are among ``known``."""
    config, made = exporter("feedback")
    for preprocessor in config.GenerateFeedback.preprocessors:
        if preprocessor not in (Grades, AssignLatePenalties):
            made.register_preprocessor(preprocessor(config=config), enabled=True)
    for cell in notebook.cells:
        cell.metadata.get("nbgrader", {}).setdefault("score", 0.0)
    totals = {"score": 0, "max_score": 4, "late_penalty": 0, "by_hand": 0}
    known = {"notebook": "mini"} | totals | known
    resources = {"nbgrader": known, "metadata": {"name": "mini", "path": str(folder or "")}}
    return made.from_notebook_node(notebook, resources)[0]


def formgrader(notebook, folder=None, **known):
    """What formgrader shows of a submission."""
    _, made = exporter("formgrade")
    resources = FORMGRADER | known | {"metadata": {"name": "mini", "path": str(folder or "")}}
    return made.from_notebook_node(notebook, resources)[0]


PAGES = [feedback, formgrader]
