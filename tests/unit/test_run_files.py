"""Which files a run has, and where they belong."""

import pytest

from server.plans.files import RunFileNotFoundError, file_of, files_of
from state.ids import TenantId
from state.plan_run import PlanRun, RunId, TaskRecord
from state.stored_run import StoredRun


def artefact(digit: str, name: str) -> dict[str, object]:
    return {"sha256": digit * 64, "name": name, "mime": "text/plain", "size": 3}


def stored(output: object = None, task: object = None, given: object = None) -> StoredRun:
    run = PlanRun(RunId("run_1"), TenantId("demo"), {}, {"given": given}, output=output)  # type: ignore[arg-type,dict-item] # JSON
    return StoredRun(run, {"a": TaskRecord("a", "a", result=task)})  # type: ignore[arg-type] # JSON


def test_files_of_the_result_come_before_those_of_steps_and_input_and_each_content_once() -> None:
    run = stored({"files": [artefact("1", "report.md")]}, [artefact("2", "text.txt"), artefact("1", "again.md")])

    found = [(one.path, one.artefact.sha256[0]) for one in files_of(run)]

    assert found == [("report.md", "1"), ("text.txt", "2")]


def test_the_pages_of_a_site_keep_their_places() -> None:
    run = stored({"site": {"files": [{"path": "en/index.html", "artefact": artefact("1", "index.html")}]}})

    assert [one.path for one in files_of(run)] == ["site/en/index.html"]


def test_two_files_of_one_name_both_have_a_place() -> None:
    run = stored([artefact("1", "report.md"), artefact("2", "Report.md")])

    assert [one.path for one in files_of(run)] == ["report.md", "Report-22222222.md"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\etc\\passwd", "./.etc/ passwd"])
def test_no_path_leaves_its_folder(name: str) -> None:
    assert [one.path for one in files_of(stored(artefact("1", name)))] == ["etc/passwd"]


def test_what_is_no_digest_is_no_file() -> None:
    forged = {**artefact("1", "x"), "sha256": "../../../records.db"}

    assert files_of(stored(given=forged)) == []
    with pytest.raises(RunFileNotFoundError):
        file_of(stored(given=forged), "../../../records.db")
