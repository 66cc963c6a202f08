from pathlib import Path

from tests.client import Client
from tests.forked import laneway, serving
from tests.processes import ServerProcess


def test_a_conversation_goes_on_from_a_backup_made_while_the_server_ran(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        client = Client(server.url)
        session = client.start()
        client.ask(session, "hola")
        for name in ("ab" * 32, "unfinished-1"):
            (kept := tmp_path / "data" / "media" / "demo" / "ab" / name).parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(b"a photo")
        done = laneway(tmp_path / "data", "backup", str(tmp_path / "copy"))
        client.close()
    assert done.returncode == 0, done.stderr
    assert "and 1 file, to" in done.stdout.replace("\n", " ")
    assert [path.name for path in (tmp_path / "copy" / "media" / "demo" / "ab").iterdir()] == ["ab" * 32]

    with serving(tmp_path / "copy") as server:
        client = Client(server.url)
        client.ask(session, "¿a qué hora abren?")
        state = client.http.get(f"/v1/sessions/{session}/state").json()
        archived = client.http.get(f"/v1/sessions/{session}/turns").json()
        client.close()

    assert [one["turn"]["text"] for one in archived["turns"]] == ["hola", "¿a qué hora abren?"]
    assert [turn["text"] for turn in state["turns"]] == ["hola", "¿a qué hora abren?"]


def test_a_backup_overwrites_nothing_and_says_so(server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").touch()

    done = laneway(server.folder, "backup", str(tmp_path / "copy"))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (tmp_path / "copy" / "mine").exists()


def test_a_store_of_ones_own_is_not_backed_up_by_us(tmp_path: Path) -> None:
    done = laneway(tmp_path, "backup", str(tmp_path / "copy"), LANEWAY_REDIS_URL="redis://127.0.0.1:1")

    assert done.returncode == 1
    assert "LANEWAY_REDIS_URL" in done.stderr
