"""`laneway chat --script` and what it reads."""

from pathlib import Path

import pytest

from server.script import read_scripts
from state.errors import InvalidInputError
from tests.forked import laneway

GOOD = """
- name: hours
  locale: en
  lines:
    - customer: "When are you open on Mondays?"
      lane: info
      says: ["10:00"]
    - customer: "I want to talk to a person"
      lane: handoff
      choices: ["Back to"]
    - tap: "Back to"
      says_not: ["unicorns"]
"""


def test_a_script_is_played_and_what_is_otherwise_is_told(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "talk.yaml"
    script.write_text(GOOD + '    - customer: "thanks"\n      says: ["unicorns"]\n')

    played = laneway(folder, "chat", "--script", str(script))

    assert played.returncode == 1, played.stderr
    assert played.stdout.count("✓ as expected") == 3
    assert "it doesn't say 'unicorns'" in played.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- name: a\n", "0.locale"),
        ("- {name: a, locale: en, lines: [{says: [x]}]}", "`customer`, `tap` and `order`"),
        ("[", "is not YAML"),
        (None, "can't be read"),
    ],
)
def test_a_script_that_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "talk.yaml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(InvalidInputError) as error:
        read_scripts(path)

    assert said in error.value.message
