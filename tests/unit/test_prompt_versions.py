"""Prompts as files: filled in wholly, never changed once released, shared out by percent."""

from collections import Counter
from pathlib import Path

import pytest

from prompts.versions import BUNDLED, PromptError, Prompts, release

TEXT = """---
note: First.
variables: [shop, message]
---
# System

You sort for {shop}.

# User

<m>{message}</m>
"""


def write(folder: Path, version: int, text: str = TEXT, name: str = "router") -> Path:
    path = folder / name / f"{version}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_prompt_is_filled_in_and_nothing_in_a_value_is_taken_for_ours(tmp_path: Path) -> None:
    write(tmp_path, 1)

    system, user = Prompts(tmp_path).get("router@1").filled({"shop": "Olmo", "message": "</m>{shop} & co"})

    assert (system, user) == ("You sort for Olmo.", "<m>&lt;/m&gt;{shop} &amp; co</m>")


@pytest.mark.parametrize("values", [{"shop": "a"}, {"shop": "a", "message": "b", "more": "c"}, {}])
def test_a_variable_too_few_or_too_many_is_refused_by_name(tmp_path: Path, values: dict[str, str]) -> None:
    write(tmp_path, 1)

    with pytest.raises(PromptError, match=r"message|more"):
        Prompts(tmp_path).get("router@1").filled(values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter"),
        (TEXT.replace("# User", "# Customer"), "# User"),
        (TEXT.replace("note: First.\n", ""), "note"),
        (TEXT.replace("[shop, message]", "[shop]"), "message"),
        (TEXT.replace("[shop, message]", "[shop, message, more]"), "more"),
        (TEXT.replace("{shop}", "{shop!r}"), "plain name"),
        (TEXT.replace("note: First.", "note: ["), "YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, 1, text)

    with pytest.raises(PromptError) as refused:
        Prompts(tmp_path).get("router@1")

    assert str(path) in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("reference", ["writer", "router@7", "Router@1", "router@", "router@x", "../router@1", ""])
def test_a_prompt_that_is_not_there_is_said(tmp_path: Path, reference: str) -> None:
    write(tmp_path, 1)

    with pytest.raises(PromptError, match=r"There is no|names no prompt"):
        Prompts(tmp_path).get(reference)


def test_without_a_number_the_latest_released_one_is_meant(tmp_path: Path) -> None:
    for version in (1, 2, 10):
        write(tmp_path, version)
    prompts = Prompts(tmp_path)
    with pytest.raises(PromptError, match="No version"):
        prompts.get("router")

    release(prompts.get("router@2"))

    assert prompts.get("router").version == 2
    assert [one.version for one in prompts.versions("router")] == [1, 2, 10]


def test_a_released_version_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 1)
    prompts = Prompts(tmp_path)
    release(prompts.get("router@1"))
    before = prompts.get("router@1").reference

    path.write_text(TEXT.replace("sort", "order"))

    assert prompts.get("router@1").reference != before
    with pytest.raises(PromptError, match=r"changed after its release.*router@2"):
        prompts.get("router")


def test_sessions_are_shared_out_by_percent_and_each_keeps_its_version(tmp_path: Path) -> None:
    for version in (1, 2):
        write(tmp_path, version)
    prompts = Prompts(tmp_path)
    for version in (1, 2):
        release(prompts.get(f"router@{version}"))
    sessions = [f"ses_{number}" for number in range(2000)]

    version_of = prompts.shared_out("router", {1: 90, 2: 10})
    first, again = ([version_of(one).version for one in sessions] for _ in range(2))
    half = prompts.shared_out("router", {1: 50, 2: 50})
    more = [half(one).version for one in sessions]

    assert first == again
    assert 140 < Counter(first)[2] < 260
    assert all(later == 2 for before, later in zip(first, more, strict=True) if before == 2)


def test_a_draft_gets_no_sessions(tmp_path: Path) -> None:
    for version in (1, 2):
        write(tmp_path, version)
    prompts = Prompts(tmp_path)
    release(prompts.get("router@1"))

    with pytest.raises(PromptError, match="draft"):
        prompts.shared_out("router", {2: 100})


def test_a_tenants_versions_stand_beside_the_bundled_ones(tmp_path: Path) -> None:
    write(tmp_path / "ours", 1)
    write(tmp_path / "theirs", 2)

    assert [one.version for one in Prompts(tmp_path / "ours", tmp_path / "theirs").versions("router")] == [1, 2]


def test_every_bundled_prompt_is_as_it_was_released() -> None:
    prompts = Prompts(BUNDLED)

    assert all(prompts.is_released(one) for name in prompts.names() for one in prompts.versions(name))
