"""Every scripted dialogue, without a model, and with a scripted one over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nodes.lanes.consent import CONFIRMATION
from server.script import Script, read_scripts
from tests.dialogues.modelled import modelled
from tests.dialogues.playing import Player
from tests.dialogues.world import open_world
from tests.providers import ANTHROPIC, OPENAI, Wire
from tests.trained import trained

FILES = sorted((Path(__file__).parents[1] / "dialogues").glob("*.yaml"))
PLAIN = sorted((Path(__file__).parents[1] / "dialogues" / "plain").glob("*.yaml"))


def _scripts(files: list[Path]) -> list[Any]:
    return [pytest.param(script, id=f"{file.stem}: {script.name}") for file in files for script in read_scripts(file)]


SCRIPTS = _scripts(FILES)


@pytest.fixture(scope="module", autouse=True)
def _ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    trained()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("none")))  # reading them takes longer than a dialogue
        yield


@pytest.mark.parametrize("script", [*SCRIPTS, *_scripts(PLAIN)])
async def test_a_dialogue_goes_as_it_should_without_a_model(script: Script) -> None:
    wrong = await Player(await open_world(), script).play()

    assert not wrong, "\n".join(wrong)


MODELLED = [pytest.param(*one.values, (OPENAI, ANTHROPIC)[n % 2], id=one.id) for n, one in enumerate(SCRIPTS)]


@pytest.mark.parametrize(("script", "wire"), MODELLED)
async def test_a_dialogue_goes_as_it_should_with_a_model(script: Script, wire: Wire) -> None:
    async with modelled(await open_world(), script, wire) as player:
        wrong = await player.play()

    by_model = [heard for line, heard in zip(script.lines, player.heard, strict=True) if line.tools or line.writes]
    assert not wrong, "\n".join(wrong)
    assert [heard.degraded for heard in player.heard] == [[] for _ in player.heard]
    assert all(heard.deltas for heard in by_model if heard.state["awaiting"] != CONFIRMATION)
