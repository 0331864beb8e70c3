"""`convkit open`: the course in JupyterLab, with its settings; and what any command refuses."""

import errno
import os
import runpy
import sys
from pathlib import Path

import pytest

from convkit import cli
from tests.browser.lab import COURSE_SETTINGS


@pytest.fixture
def called(monkeypatch, tmp_path):
    """What would have been started: the command and its environment."""
    calls = []

    def call(command, env):
        calls.append((command, env))
        return 0

    monkeypatch.setattr(cli.subprocess, "call", call)
    monkeypatch.chdir(tmp_path)
    return calls


def test_the_course_is_opened_with_its_settings_at_its_first_page(called, monkeypatch, tmp_path):
    (tmp_path / "lectures").mkdir()
    (tmp_path / cli.FIRST_PAGE).touch()
    for search_path in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        monkeypatch.setenv(search_path, "theirs")
    assert cli.main(["open", "--no-browser"]) == 0
    [(command, environment)] = called
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert f"--LabApp.default_url=/lab/tree/{cli.FIRST_PAGE}" in command
    assert "--no-browser" in command
    for search_path in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        ours, theirs = environment[search_path].split(cli.os.pathsep)
        assert Path(ours) == COURSE_SETTINGS
        assert theirs == "theirs"
    assert (COURSE_SETTINGS / "labconfig" / "default_setting_overrides.json").is_file()


def test_a_folder_without_lectures_is_opened_too(called):
    assert cli.main(["open"]) == 0
    assert "--LabApp.default_url=/lab" in called[0][0]


def test_python_dash_m_convkit_opens_the_course(called, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["convkit"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("convkit", run_name="__main__")
    assert ended.value.code == 0
    assert len(called) == 1


def test_other_commands_know_what_they_do_not_know(called, capsys):
    with pytest.raises(SystemExit):
        cli.main(["progress", "--no-browser"])
    assert "unrecognized arguments: --no-browser" in capsys.readouterr().err
    assert called == []


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOENT, "Is the name right"),
        (errno.EACCES, "yours to read and write"),
        (errno.ENOSPC, "make room"),
        (errno.EIO, "cannot be read or written"),
    ],
)
def test_what_the_system_refuses_is_one_sentence_with_the_cure(monkeypatch, capsys, number, cure):
    def refuse(options):
        raise OSError(number, os.strerror(number), "place")

    monkeypatch.setattr(cli, "_progress", refuse)
    assert cli.main(["progress"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("convkit: place cannot be read or written: ")
    assert cure in said
    assert said.count("\n") == 1


def test_ctrl_c_ends_any_command_without_a_traceback(monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_progress", interrupted)
    assert cli.main(["progress"]) == 130
    assert capsys.readouterr().err == "convkit: stopped.\n"
