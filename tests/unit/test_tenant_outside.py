import shutil
from pathlib import Path

import pytest

from prompts.loader import BUNDLED, check_tenant, load_tenant


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shutil.copytree(BUNDLED / "demo", tmp_path / "demo")


def test_a_text_outside_is_no_intents_example_and_is_there_once(shop: Path) -> None:
    (shop / "outside.yaml").write_text("outside:\n  es: [¿Llueve?, hola buenas, llueve]\n", "utf-8")

    found = [(one.severity, one.line, one.message) for one in check_tenant(shop)]

    assert found == [
        ("error", 2, "'hola buenas' is an example of the intent 'greeting'."),
        ("warning", 2, "'llueve' is written twice."),
    ]


def test_a_shop_may_leave_out_what_is_outside(shop: Path) -> None:
    (shop / "outside.yaml").unlink()
    shutil.rmtree(shop / "examples")

    assert check_tenant(shop) == []
    assert load_tenant(shop).outside == {}


def test_no_intent_has_the_name_of_what_is_outside(shop: Path) -> None:
    path = shop / "intents" / "info.yaml"
    path.write_text(path.read_text("utf-8").replace("name: greeting", "name: none", 1), "utf-8")
    shutil.rmtree(shop / "examples")

    assert [one.message for one in check_tenant(shop)] == ["'none' is what the router calls messages of no intent."]
