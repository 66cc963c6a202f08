"""The repository keeps its own rules."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"state", "prompts", "nodes", "graphs", "server", "evals", "tests", "benchmarks"}
SOURCES = [path for name in sorted(OURS) for path in sorted((ROOT / name).rglob("*.py"))]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-bench.lock",
    "requirements-servers.lock",
    "requirements-model.lock",
)


def locked() -> set[str]:
    names = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
    return {name.lower().replace("_", "-") for lock in LOCKS for name in names.findall((ROOT / lock).read_text())}


def test_no_locked_dependency_ships_a_module_named_like_one_of_ours() -> None:
    found: list[str] = []
    seen = set()
    for distribution in distributions():
        name = distribution.metadata["Name"].lower().replace("_", "-")
        if name not in locked():
            continue
        seen.add(name)
        tops = {Path(str(file)).parts[0].removesuffix(".py") for file in distribution.files or []}
        found += [f"{name} ships {top}" for top in tops & OURS]

    assert len(seen) > 50
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_carries_versions_and_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert "index-url" not in text
    for pinned in re.split(r"\n(?=\S)", text):
        if "==" in pinned:
            assert "--hash=sha256:" in pinned, pinned


def test_all_locks_agree() -> None:
    pins = [re.findall(r"^(\S+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE) for lock in LOCKS[:3]]
    run, dev, bench = map(dict, pins)

    assert run.items() <= dev.items()
    assert run.items() <= bench.items()
    assert {name for name in dev.keys() & bench.keys() if dev[name] != bench[name]} == set()


def test_the_lock_is_of_these_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in project["dependencies"]}

    assert wanted <= locked()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_keep_their_budgets(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[0]
            doc = (body.end_lineno or 0) - body.lineno + 1 if ast.get_docstring(node) else 0
            assert (node.end_lineno or 0) - node.lineno + 1 - doc <= 40, node.name
            imports = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
            assert not imports, node.name


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parts[len(ROOT.parts)] != "tests"], ids=str)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    assert path.name == "settings.py" or not re.search(r"os\.environ|getenv", path.read_text())


def test_importing_a_module_of_the_core_loads_no_web_framework_and_no_store() -> None:
    code = "import graphs.conversation, sys; print([m for m in ('fastapi', 'redis', 'uvicorn') if m in sys.modules])"

    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_lua_scripts_keep_their_budget_and_say_what_they_work_on() -> None:
    scripts = sorted((ROOT / "state" / "stores").rglob("*.lua"))

    assert scripts
    for script in scripts:
        text = script.read_text()
        assert text.count("\n") <= 60, script.name
        assert text.startswith("--"), script.name
