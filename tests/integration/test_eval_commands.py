"""`laneway eval` as people call it, in real processes and a real archive."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from evals.live import read_live
from state.ids import MessageId, SessionId, TenantId, TurnId, new_turn_id
from state.session import FinishedTurn
from state.stores.records.database import embedded_url, open_records
from state.stores.records.turn_archive import SqlTurnArchive
from state.turn import TextPart, Turn

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "fixtures" / "gold.jsonl"


CALLS = """
import contextlib, io, json, sys
from server.cli import main

said = []
for arguments, typed in json.loads(sys.argv[1]):
    sys.argv, sys.stdin = ["laneway", "eval", *arguments], io.StringIO(typed)
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    said.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""


class Ended(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def laneway(folder: Path, *calls: str, typed: str = "") -> list[Ended]:
    """Run `laneway eval` with each of `calls`, one after another, in one process."""
    done = subprocess.run(
        [sys.executable, "-c", CALLS, json.dumps([[shlex.split(call), typed] for call in calls])],
        cwd=folder,
        env={"LANEWAY_DATA_DIR": str(folder / "data"), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        | {"LANG": "C.UTF-8", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Ended(*one) for one in json.loads(done.stdout)]


def test_a_change_is_run_compared_and_gated(tmp_path: Path) -> None:
    (tmp_path / "low.yaml").write_text("at_least: {accuracy: 0.5}\nat_most: {failed: 0}\n")
    (tmp_path / "high.yaml").write_text("at_least: {accuracy: 1.1}\n")

    first, second, compared, passed, failed, listed, shown = laneway(
        tmp_path,
        f"run --set {GOLD} --json a.json --html a.html --markdown a.md",
        f"run --set {GOLD}",
        "compare --json c.json --html c.html --markdown c.md",
        "gate last --gates low.yaml --baseline a.json --junit j.xml",
        "gate --gates high.yaml",
        "ls",
        "show last --wrong",
    )

    assert [one.code for one in (first, second, compared, passed, failed)] == [0, 0, 0, 0, 1]
    assert json.loads((tmp_path / "a.json").read_text())["accuracy"] >= 0.8
    assert "answers from memory: 0 of 11" in first.out
    assert "answers from memory: 11 of 11" in second.out
    assert "Nothing changed" in compared.out
    assert json.loads((tmp_path / "c.json").read_text())["verdict"] == "same"
    assert all((tmp_path / name).stat().st_size for name in ("a.html", "a.md", "c.html", "c.md", "j.xml"))
    assert "gold.jsonl" in listed.out
    assert "11 rows" in shown.out


def test_a_public_set_is_measured_by_training_on_another_file(tmp_path: Path) -> None:
    rows = [
        {"text": f"{verb} a {thing}", "intent": verb} for verb in ("buy", "return") for thing in ("cup", "pan", "pot")
    ]
    (tmp_path / "train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "test.jsonl").write_text("\n".join(map(json.dumps, [*rows, {"text": "qwxz", "intent": "oos"}])))
    call = "run --examples train.jsonl --set test.jsonl --router local --shots 3 --seed 1 --json out.json --ngrams-only"

    (done,) = laneway(tmp_path, call)

    found = json.loads((tmp_path / "out.json").read_text())
    assert done.code == 0, done.err
    assert (found["accuracy"], found["oos_auroc"], found["rows"], found["examples"]) == (1.0, 1.0, 7, 6)


def test_dialogues_are_followed_by_training_on_another_file(tmp_path: Path) -> None:
    rows = [
        {"dialogue": name, "turn": 2 * turn, "history": [["S", "yes?"]] * turn, "text": f"{name} please {turn}"}
        | {"domain": name, "intent": "x", "prev_domain": name if turn else None, "kind": "first"}
        for name in ("food", "taxi")
        for turn in range(3)
    ]
    (tmp_path / "turns.jsonl").write_text("\n".join(map(json.dumps, rows)))

    (done,) = laneway(tmp_path, "run --examples turns.jsonl --set turns.jsonl --json out.json --ngrams-only")

    assert done.code == 0, done.err
    assert json.loads((tmp_path / "out.json").read_text())["accuracy"] == 1.0
    assert "kind continue" in done.out
    assert "tag short" in done.out


def test_what_cannot_be_done_is_said_in_two_sentences(tmp_path: Path) -> None:
    wrong = {
        "run --set nowhere": "no set 'nowhere'",
        f"run --set {GOLD} --router hybrid": "none is named",
        "gate --gates nowhere.yaml": "no run 'last'",
        f"run --set {GOLD} --html nowhere/x.html": "no folder 'nowhere'",
        f"run --set {GOLD} --router hybrid --model small": "names no provider",
        f"run --set {GOLD} --router hybrid --model openai:small --cassette none.jsonl": "no recording 'none.jsonl'",
        f"run --set {GOLD} --router hybrid --model openai:small --cassette tape.jsonl --prompt lane@1": "no version",
        "run --set train.jsonl": "texts with an intent",
        f"run --set {GOLD} --examples train.jsonl --ngrams-only": "No label of the set",
        "show nothing": "no run 'nothing'",
        "export -o x.jsonl --since yesterday": "no span of time",
    }

    (tmp_path / "tape.jsonl").touch()
    (tmp_path / "train.jsonl").write_text('{"text": "buy a cup", "intent": "buy"}\n')

    done = laneway(tmp_path, *wrong)

    assert [one.code for one in done] == [2] * len(wrong)
    assert [said for one, said in zip(done, wrong.values(), strict=True) if said not in one.err] == []


def test_rows_that_repeat_an_example_are_listed(tmp_path: Path) -> None:
    (done,) = laneway(tmp_path, f"leaks --set {GOLD}")

    assert done.code == 1
    assert "hours-1-es" in done.out


async def test_real_conversations_are_exported_labelled_and_compared_with_a_set(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with open_records(embedded_url(tmp_path / "data")) as engine:
        await SqlTurnArchive(engine).keep([spoken(1, "hola, soy Ana"), spoken(2, "llegó rota, pedido A-5512")])

    exported, again, stopped = laneway(
        tmp_path, *["export --session ses_1 -o turns.jsonl"] * 2, "label turns.jsonl", typed="\n\n\n"
    )
    (finished,) = laneway(tmp_path, "label turns.jsonl -o set.jsonl", typed="support\ninfo\nreturn_item\nswitch\n")
    (moved,) = laneway(tmp_path, "drift --set set.jsonl --since 52w")

    assert exported.code == 0, exported.err
    assert "turns.jsonl exists" in again.err
    assert [row.text for row in read_live(tmp_path / "turns.jsonl")] == ["hola, soy NAME", "llegó rota, pedido A-0000"]
    assert "1 of 2 rows have a label" in stopped.out
    assert "No intent of this lane" in finished.out
    assert "2 of 2 rows have a label" in finished.out
    assert (tmp_path / "set.jsonl").read_text().count("\n") == 2
    assert moved.code == 0, moved.err
    assert "as before" in moved.out


def spoken(number: int, text: str) -> FinishedTurn:
    turn = Turn(
        id=TurnId(new_turn_id()),
        message_id=MessageId(f"m{number}"),
        at=1,
        parts=[TextPart(text)],
        text=text,
        locale="es",
        lane="info",
        intent="greeting",
        reply="Hola.",
    )
    return FinishedTurn(TenantId("demo"), SessionId("ses_1"), "chat", "completed", 4_000_000_000_000, turn, number)
