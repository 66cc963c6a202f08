"""The README's commands and program do what it says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked import laneway
from tests.processes import ServerProcess
from tests.waiting import SOON_S

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.strip().splitlines()]


def test_the_commands_of_the_readme_are_of_two_kinds() -> None:
    assert COMMANDS
    assert all(line.startswith(("make ", ".venv/bin/laneway ")) for line in COMMANDS)


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith(".venv")])
def test_a_command_of_the_readme_succeeds(line: str, server: ServerProcess, tmp_path: Path) -> None:
    arguments = shlex.split(line)[1:]

    done = laneway(server.folder, *arguments, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout or list(tmp_path.iterdir())


def test_the_program_of_the_readme_gets_an_answer(server: ServerProcess) -> None:
    (program,) = blocks("python")

    done = subprocess.run(
        [sys.executable, "-c", program.replace("http://127.0.0.1:8000", server.url)],
        capture_output=True,
        text=True,
        timeout=SOON_S,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "message.final" in done.stdout
    assert "turn.end" in done.stdout.splitlines()[-1]
