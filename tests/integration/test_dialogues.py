"""Every scripted dialogue, without a model."""

from pathlib import Path

import pytest

from server.script import Script, read_scripts
from tests.dialogues.playing import Player
from tests.dialogues.world import open_world, trained

FILES = sorted((Path(__file__).parents[1] / "dialogues").glob("*.yaml"))
SCRIPTS = [pytest.param(script, id=f"{file.stem}: {script.name}") for file in FILES for script in read_scripts(file)]


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    trained()


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_dialogue_goes_as_it_should_without_a_model(script: Script) -> None:
    wrong = await Player(await open_world(), script).play()

    assert not wrong, "\n".join(wrong)
