"""Learning: what a learner knows, what they are given, how they are judged."""

from typing import Any

import pytest

from nodes.agents.learning.activity import Choose, activity
from nodes.agents.learning.coach import coach
from nodes.agents.learning.courses import Exercise, course, course_names
from nodes.agents.learning.feedback import Feedback, Judge, feedback, rightness
from nodes.agents.learning.handout import handout
from nodes.agents.learning.mastery import Answered, mastery
from nodes.agents.learning.profile import Learner, Profile, ProfileInput, profile
from nodes.agents.learning.speech import Listen, Spoken, Word, speech
from nodes.agents.learning.tutor import Teach, tutor
from nodes.agents.reacting import Reaction, Told
from state.errors import InvalidInputError
from tests.agents import Desk

COURSE = "english-in-the-shop"


def learner(*answers: tuple[str, float], **facts: Any) -> Learner:
    return Learner(
        id="marta", course=COURSE, answers=[Answered(topic=one, right=right) for one, right in answers], **facts
    )


async def looked_at(who: Learner, desk: Desk | None = None) -> Profile:
    return await profile("look", ProfileInput(learner=who), (desk or Desk()).context())


async def judged(who: Learner, responses: dict[str, str], desk: Desk) -> Feedback:
    found = await looked_at(who)
    return await feedback(
        "judge", Judge(profile=found, learner=who, topic=found.topic, responses=responses), desk.context()
    )


async def test_who_begins_is_given_the_first_topic() -> None:
    found = await looked_at(learner())

    assert (found.topic, found.pace, found.known) == ("greeting", "steadily", [])


async def test_a_topic_that_is_known_opens_the_next_one() -> None:
    found = await looked_at(learner(*[("greeting", 1.0)] * 6))

    assert (found.topic, found.known) == ("prices", ["greeting"])


async def test_struggling_is_told_with_learner_course_and_topic_and_slows_the_pace() -> None:
    desk = Desk()

    found = await looked_at(learner(*[("greeting", 0.0)] * 4), desk)

    assert found.pace == "gently"
    (told,) = desk.heard.insights
    assert (told.name, told.subject, told.facts["topic"]) == ("struggling_detected", "marta", "greeting")


def test_the_latest_answers_count_most() -> None:
    better = mastery("t", [Answered(topic="t", right=value) for value in (0, 0, 0, 1, 1, 1)])
    worse = mastery("t", [Answered(topic="t", right=value) for value in (1, 1, 1, 0, 0, 0)])

    assert better.value > 0.5 > worse.value


async def test_wrong_answers_bring_easier_exercises_with_hints() -> None:
    desk, who = Desk(), learner()
    found = await judged(who, {"greeting-1": "Who are you?", "greeting-2": "see", "greeting-4": "no idea"}, desk)

    after = await activity("next", Choose(profile=await looked_at(who), feedback=found), desk.context())

    assert found.struggles
    assert after.reason == "easier"
    assert all(one.difficulty <= 2 and one.hint for one in after.exercises)
    assert [one.name for one in desk.heard.insights] == ["struggling_detected"]


async def test_what_comes_after_struggling_is_not_the_same_again() -> None:
    desk, who = Desk(), learner(*[("greeting", 1.0)] * 6, ("prices", 0.0))
    found = await judged(who, {f"prices-{number}": "no idea" for number in range(1, 6)}, desk)

    after = await activity("next", Choose(profile=await looked_at(who), feedback=found), desk.context())

    topics = [one.topic for one in after.exercises]
    assert (found.topic, after.reason) == ("prices", "easier")
    assert 0 < topics.count("prices") < topics.count("greeting")
    assert len({one.id for one in after.exercises}) == len(after.exercises)


async def test_the_page_shows_each_answer_with_its_question_and_counts_the_near_misses() -> None:
    desk, who = Desk(), learner(*[("greeting", 1.0)] * 6)
    found = await judged(who, {"prices-2": "are", "prices-3": "They are fiften euros each", "prices-5": "no"}, desk)
    seen = await looked_at(who)
    lesson: Any = await tutor("explain", Teach(profile=seen), desk.context())
    chosen = await activity("choose", Choose(profile=seen), desk.context())
    spoken = Spoken(words=[Word(text="hi", start=0, end=1), Word(text="you", start=2.2, end=3)])

    _, page = handout(seen, lesson, chosen, found, await speech("listen", Listen(speech=spoken), desk.context()))

    assert "¿Cuánto cuestan las dos cafeteras juntas?" in page
    assert "1 de 3 respuestas correctas y 1 casi." in page
    assert "≈ casi" in page
    assert "1,2 s" in page


async def test_right_answers_open_the_next_topic() -> None:
    desk, who = Desk(), learner(*[("greeting", 1.0)] * 2)
    answers = {one.id: one.answers[0] for one in course(COURSE).topic("greeting").exercises}
    found = await judged(who, answers, desk)

    after = await activity("next", Choose(profile=await looked_at(who), feedback=found), desk.context())

    assert (found.score, after.reason, after.topic) == (1.0, "further", "prices")
    assert [one.name for one in desk.heard.insights] == ["topic_mastered"]


async def test_an_answer_to_no_exercise_is_left_out_and_said_to_be() -> None:
    desk = Desk()

    found = await judged(learner(), {"nonsense": "x"}, desk)

    assert (found.results, found.struggles) == ([], False)
    assert desk.said


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("I'm just looking, thanks", 1.0), ("i’m just looking thanks.", 1.0), ("I'm just loking, thanks", 0.5),
        ("I look", 0.0), ("", 0.0), ("   ", 0.0), ("x" * 5000, 0.0),
    ],
)  # fmt: skip
def test_slips_are_told_from_mistakes(said: str, right: float) -> None:
    exercise = Exercise(id="e", kind="translate", difficulty=1, question="q", answers=("I'm just looking, thanks",))

    assert rightness(said, exercise) == right


def test_a_short_answer_has_no_slips_and_neither_has_a_choice() -> None:
    short = Exercise(id="e", kind="gap", difficulty=1, question="q", answers=("by",))
    choice = Exercise(
        id="e", kind="choice", difficulty=1, question="q", answers=("thirty",), options=("thirty", "thirsty")
    )

    assert rightness("my", short) == 0.0
    assert rightness("thirsty", choice) == 0.0


async def test_a_lesson_is_simpler_for_who_struggles_and_a_model_may_explain_it() -> None:
    slow = await looked_at(learner(*[("greeting", 0.0)] * 4))

    plain = await tutor("explain", Teach(profile=slow), Desk().context())
    told: Any = await tutor(
        "explain", Teach(profile=slow), Desk().context(says=[{"explains": "Mira.", "examples": []}])
    )

    assert plain.explains == course(COURSE).topic("greeting").simply  # type: ignore[union-attr]
    assert (told.explains, told.method) == ("Mira.", "model")


async def test_help_is_prepared_for_who_struggles() -> None:
    desk = Desk()
    told = Told(
        id="i", name="struggling_detected", agent="feedback", run="run_1", task="t", tenant="demo", subject="marta",
        facts={"course": COURSE, "topic": "prices"},
    )  # fmt: skip

    found = await coach("help", Reaction(insight=told), desk.context())

    assert b"Decir precios" in desk.files.kept[found.files[0].sha256]
    assert [(one.name, one.subject) for one in desk.heard.insights] == [("help_prepared", "marta")]


async def test_an_insight_that_names_no_course_is_refused() -> None:
    told = Told(id="i", name="struggling_detected", agent="a", run="r", task="t", tenant="demo")

    with pytest.raises(InvalidInputError):
        await coach("help", Reaction(insight=told), Desk().context())


async def test_speech_is_measured_from_word_timings() -> None:
    words = [("can", 0.0, 0.3), ("can", 0.4, 0.6), ("eh", 1.6, 1.8), ("help", 1.9, 2.2), ("you", 2.3, 3.0)]
    given = {"speech": {"words": [{"text": t, "start": s, "end": e} for t, s, e in words], "target": "Can I help you?"}}

    found = await speech("listen", Listen.model_validate(given), Desk().context())

    assert (found.words_per_minute, found.pauses, found.longest_pause_s) == (100.0, 1, 1.0)
    assert (found.fillers, found.repeated, found.said, found.missed) == (1, ["can"], 0.75, ["i"])


@pytest.mark.parametrize(
    "words", [[], [{"text": "a", "start": 2, "end": 1}], [{"text": "a", "start": 0, "end": float("nan")}]]
)
def test_timings_that_cannot_be_are_refused(words: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r"words|end"):
        Listen.model_validate({"speech": {"words": words}})


async def test_an_unknown_course_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="no course") as refused:
        await looked_at(Learner(id="x", course="../../etc/passwd"))

    assert COURSE in refused.value.hint


@pytest.mark.parametrize("name", course_names())
def test_every_course_hangs_together(name: str) -> None:
    plan = course(name)
    ids = [exercise.id for topic in plan.topics for exercise in topic.exercises]

    assert len(set(ids)) == len(ids)
    for number, topic in enumerate(plan.topics):
        assert set(topic.needs) <= {one.id for one in plan.topics[:number]}
        for exercise in topic.exercises:
            assert rightness(exercise.answers[0], exercise) == 1.0
            assert exercise.kind != "choice" or exercise.answers[0] in exercise.options
            assert exercise.kind != "order" or sorted(exercise.answers[0].split()) == sorted(exercise.options)
