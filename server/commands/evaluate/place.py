"""What the commands share: the settings, and where runs and answers are kept."""

from pathlib import Path

from rich.console import Console

from evals.runs import Run, RunFolder, read_run
from server.logs import configure
from server.settings import Settings


def settings_for(tenant: str | None = None) -> Settings:
    """Return the settings with the tenant that the command names, and logs out of the way."""
    settings = Settings.load(**({"tenant": tenant} if tenant else {}))
    configure("error", settings.log_format)
    return settings


def runs_in(settings: Settings) -> RunFolder:
    """Return the folder of runs."""
    return RunFolder(settings.data_dir / "evals" / "runs")


def answers_in(settings: Settings) -> Path:
    """Return the folder of remembered answers."""
    return settings.data_dir / "evals" / "answers"


def run_called(settings: Settings, name: str) -> Run:
    """Return the run of that id or file; raises `EvaluationError`."""
    return read_run(runs_in(settings).find(name))


def console() -> Console:
    """Return where the commands write."""
    return Console(highlight=False, soft_wrap=True)
