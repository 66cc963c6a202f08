import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from graphs.gantt import gantt, gantt_png
from graphs.glyphs import LOOKS
from graphs.plan_draw import mermaid, png, svg
from graphs.plan_view import PlanView, Standing, duration, run_view, view_of
from state.plan_run import TaskRecord
from tests.unit.plan_runs import PLAN, RUN, T0, TASKS, attempt

SVG = "{http://www.w3.org/2000/svg}"
PLANNED = view_of(PLAN)
RUNNING = run_view(RUN, TASKS, now=T0 + 7000)
WITH_FALLBACK = PLAN.model_copy(update={"fallback_plan": PLAN.model_copy(update={"steps": PLAN.steps[:1]})})
STOPPED = replace(TASKS["extract"], name="fallback/extract", status="cancelled", reason="too late")
FALLEN = run_view(
    replace(RUN, plan=WITH_FALLBACK.model_dump(mode="json"), on_fallback=True, status="failed", reason="too late"),
    {**TASKS, STOPPED.name: STOPPED},
    now=T0 + 9000,
)


def words_of(drawn: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(drawn).iter(f"{SVG}text")]


@pytest.mark.parametrize("view", [PLANNED, RUNNING, FALLEN], ids=["planned", "running", "fallen back"])
@pytest.mark.parametrize("draw", [svg, gantt], ids=["graph", "gantt"])
def test_a_picture_stands_alone_and_says_in_words_what_it_shows(
    draw: Callable[[PlanView], str], view: PlanView
) -> None:
    root = ET.fromstring(draw(view))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "t d"
    assert "Contract <review>" in (root.findtext(f"{SVG}title") or "")
    assert all(stop.title in (root.findtext(f"{SVG}desc") or "") for stop in view.stops if stop.task)
    assert not re.search(r"<(script|image|a)\b|href|@import|url\((?!#)", draw(view))
    assert "prefers-color-scheme: dark" in draw(view)


def test_a_state_is_a_glyph_a_border_and_a_word() -> None:
    drawn = svg(RUNNING)

    for standing in ("completed", "in_progress", "waiting", "pending"):
        assert f'class="glyph {standing}"' in drawn
        assert f'class="box edge-of {standing}"' in drawn
        assert any(LOOKS[standing].word in text for text in words_of(drawn))
    assert len({(look.width, look.dash) for look in LOOKS.values()}) >= 8
    assert len({look.glyph for look in LOOKS.values()}) >= 8


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("standing", LOOKS)
def test_a_state_can_be_told_from_the_page_in_light_and_in_dark(standing: Standing) -> None:
    look = LOOKS[standing]

    for colour, pages in ((look.light, ("#ffffff", "#f6f8f7")), (look.dark, ("#1c2421", "#121816"))):
        for page in pages:
            lighter, darker = sorted((luminance(colour), luminance(page)), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (colour, page)


def test_every_dependency_is_an_edge() -> None:
    shown = mermaid(PLANNED)

    names = dict(re.findall(r"^    (n\d+)[(\[]+\"(?:○ )?([^\"<]+)", shown, re.MULTILINE))
    hops = {(names[a], names[b]) for a, b in re.findall(r"(n\d+) (?:-->|-\.->) (n\d+)", shown)}
    assert hops == {
        ("start", "extract"),
        ("extract", "legal"),
        ("extract", "costs"),
        ("legal", "Ask the owner"),
        ("costs", "Ask the owner"),
        ("Ask the owner", "letter"),
    }
    assert svg(PLANNED).count('marker-end="url(#tip)"') == len(hops)


def test_a_fallback_plan_is_shown_once_it_has_begun() -> None:
    assert "fallback plan" not in svg(RUNNING)
    assert "fallback plan" in words_of(svg(FALLEN))
    assert 'data-node="fallback/extract"' in svg(FALLEN)
    assert "fallback plan" in mermaid(FALLEN)


def test_a_run_with_a_step_for_each_item_says_how_many_are_done() -> None:
    assert any("2 of 2" in text and "by its fallback" in text for text in words_of(svg(RUNNING)))


def test_the_gantt_says_when_a_run_was_paused() -> None:
    paused = run_view(replace(RUN, pauses=((T0 + 1000, T0 + 2000), (T0 + 6000, None))), TASKS, now=T0 + 7000)

    bands = [one for one in ET.fromstring(gantt(paused)).iter(f"{SVG}rect") if one.findtext(f"{SVG}title") == "paused"]
    assert len(bands) == 3  # and the legend's
    assert float(bands[0].get("x") or 0) < float(bands[1].get("x") or 0)
    assert "paused" in words_of(gantt(paused))
    assert "paused" not in words_of(gantt(RUNNING))


def test_what_was_cancelled_is_not_drawn_as_done() -> None:
    cut = attempt(1, 4000, 4100)
    items = {
        f"costs[{at}]": TaskRecord(f"costs[{at}]", "costs", "cancelled", started=T0, ended=T0 + 4100)
        for at in range(1, 3)
    }
    stopped = replace(TASKS["legal"], status="cancelled", ended=T0 + 4100, attempts=(replace(cut, error="cancelled"),))
    view = run_view(RUN, {**TASKS, **items, "legal": stopped}, now=T0 + 7000)

    rows = {row.get("data-task"): row for row in ET.fromstring(gantt(view)).iter(f"{SVG}g")}
    assert any("1 of 3" in text for text in words_of(svg(view)))
    assert [bar.get("class") for bar in rows["legal"].iter(f"{SVG}rect")] == [
        "box edge-of pending",
        "bar edge-of cancelled",
    ]


def test_the_gantt_shows_waits_attempts_pauses_and_fallbacks_in_time() -> None:
    root = ET.fromstring(gantt(RUNNING))

    rows = {row.get("data-task"): row for row in root.iter(f"{SVG}g") if row.get("data-task")}
    bars = [(bar.get("class"), float(bar.get("x") or 0)) for bar in rows["costs"].iter(f"{SVG}rect")]
    assert list(rows) == ["extract", "legal", "costs", "costs[0]", "costs[1]", "sign", "letter"]
    assert [kind for kind, _ in bars] == ["box edge-of pending", "bar edge-of failed", "bar edge-of completed"]
    assert all(one < other for (_, one), (_, other) in pairwise(bars))
    assert "F1" in {text.text for text in rows["costs"].iter(f"{SVG}text")}
    assert len(list(rows["extract"].iter(f"{SVG}path"))) == 2  # its glyph, and the pause between two attempts
    assert "attempt 1: network" in (rows["extract"].findtext(f"{SVG}title") or "")
    assert any("page & ink" in text for text in words_of(gantt(RUNNING)))


def test_a_run_that_has_not_begun_has_pictures_too() -> None:
    pending = {name: TaskRecord(name, task.step, created=T0) for name, task in TASKS.items()}
    view = run_view(replace(RUN, started=None, status="pending"), pending, now=T0)

    assert ET.fromstring(gantt(view)).get("role") == "img"
    assert ET.fromstring(svg(view)).get("role") == "img"
    assert ET.fromstring(gantt(PLANNED)).get("role") == "img"


@pytest.mark.parametrize("picture", [png(RUNNING), gantt_png(RUNNING)], ids=["graph", "gantt"])
def test_a_picture_can_be_a_png(picture: bytes) -> None:
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5000


@pytest.mark.parametrize(
    ("ms", "said"), [(0, "0 ms"), (999, "999 ms"), (1200, "1.2 s"), (200_000, "3 min 20 s"), (7_500_000, "2 h 5 min")]
)
def test_durations_are_said_as_people_say_them(ms: int, said: str) -> None:
    assert duration(ms) == said
