"""What the commands share: the settings, and where runs and answers are kept."""

from pathlib import Path

from rich.console import Console

from evals.errors import EvaluationError
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


def writable(*files: Path | None) -> None:
    """See that there are folders for the files to write, before the work; raises `EvaluationError`."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise EvaluationError(f"There is no folder {str(file.parent)!r}.", hint="Make it, or name another file.")


def console() -> Console:
    """Return where the commands write."""
    return Console(highlight=False, soft_wrap=True)
