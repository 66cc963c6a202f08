import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("LANEWAY_", "PYTHON", "VIRTUAL_ENV"))
    }
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.packaged
@pytest.mark.timeout(1200)
def test_the_wheel_works_in_a_clean_environment_elsewhere(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("laneway-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-compile",
        "--no-deps",
        "--disable-pip-version-check",
    )
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    run(*pip, wheel, cwd=tmp_path)
    laneway = tmp_path / "env" / "bin" / "laneway"

    assert run(laneway, "--version", cwd=tmp_path).startswith("laneway 0.")
    assert "lunes" in run(laneway, "chat", "--message", "Hola, ¿a qué hora abren?", cwd=tmp_path)
    assert "order number" in run(laneway, "chat", "-m", "I want to return the kettle, it arrived broken", cwd=tmp_path)
