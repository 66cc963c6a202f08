from pathlib import Path
from shutil import copytree

import pytest

from nodes.routers.local import examples_of
from prompts.loader import check_tenant, load_tenant, tenant_folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    copytree(tenant_folder("demo"), folder)
    return folder


def test_examples_of_a_file_of_their_own_belong_to_the_intent_and_to_the_outside(shop: Path) -> None:
    text = "examples:\n  greeting:\n    es: [holita vecinito]\noutside:\n  en: [is the moon made of cheese]\n"
    (shop / "examples" / "mine.yaml").write_text(text, "utf-8")

    tenant = load_tenant(shop)

    greeting = tenant.intent("greeting")
    assert greeting is not None
    assert greeting.examples["es"].count("holita vecinito") == 1
    assert tenant.outside["en"].count("is the moon made of cheese") == 1


def test_a_follow_up_is_an_example_of_its_intent(shop: Path) -> None:
    text = "follow_ups:\n  - after: [location]\n    intent: opening_hours\n    examples: {es: [pues a qué hora voy]}\n"
    (shop / "examples" / "mine.yaml").write_text(text, "utf-8")

    found = [one for one in examples_of(load_tenant(shop)) if one.text == "pues a qué hora voy"]

    assert [(one.intent, one.lane, one.locale) for one in found] == [("opening_hours", "info", "es")]


def test_names_that_are_no_intents_and_examples_that_another_has_are_found(shop: Path) -> None:
    text = "examples:\n  greetin:\n    es: [buenos días tengáis]\n  thanks:\n    es: [Hola buenas]\n"
    (shop / "examples" / "mine.yaml").write_text(text, "utf-8")

    found = [(one.file, one.line, one.message) for one in check_tenant(shop)]

    assert found == [
        ("examples/mine.yaml", 2, "There is no intent 'greetin'."),
        ("examples/mine.yaml", 5, "'Hola buenas' is already in 'greeting'."),
    ]
