import pytest

from nodes.ports import LocalScores
from nodes.routers import ChainRouter, LocalClassifier, examples_of, load_encoder
from nodes.routers.several import clauses
from tests.fakes import ScriptedClassifier, asking, said, shop

SHOP = shop()
ROUTER = ChainRouter(SHOP, LocalClassifier(examples_of(SHOP), load_encoder()))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "¿a qué hora abren? y también quiero devolver una tetera",
            ["¿a qué hora abren", "quiero devolver una tetera"],
        ),
        ("how much is the kettle and are you open on Sunday", ["how much is the kettle", "are you open on Sunday"]),
        ("busco una tetera, también una cafetera", ["busco una tetera", "una cafetera"]),
        ("hola, ¿tenéis hervidores rojos?", []),
        ("¿qué tenéis entre 20 y 30 euros?", []),
        ("anything between 20€ and 30€ please", []),
        ("busco una tetera", []),
        ("uno dos. tres cuatro. cinco seis. siete ocho. nueve diez", []),
        ("", []),
    ],
)
def test_a_message_is_split_at_sentences_commas_and_joining_words(text: str, parts: list[str]) -> None:
    assert [clause.text for clause in clauses(text)] == parts


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("abren los domingos, quiero una tetera", [False, True]),
        ("abren los domingos? quiero una tetera", [False, False]),
        ("abren los domingos y también quiero una tetera", [False, False]),
        ("abren los domingos y quiero una tetera", [False, True]),
    ],
)
def test_a_comma_or_a_plain_and_is_a_weak_border(text: str, weak: list[bool]) -> None:
    assert [clause.weak for clause in clauses(text)] == weak


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("¿cuánto cuesta la tetera? ¿abrís los domingos?", "es"),
        ("how much is the kettle, and are you open on Sunday?", "en"),
    ],
)
async def test_two_questions_are_answered_by_the_first_ones_lane_and_the_second_is_named(
    text: str, locale: str
) -> None:
    decision = await ROUTER.decide(asking(said(text, locale=locale)))

    assert {decision.intent, *(one.intent for one in decision.also)} == {"product_price", "opening_hours"}
    assert len(decision.also) == 1
    assert decision.also[0].confidence > 0.5


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("la tetera llegó rota y quiero devolverla", "es"),
        ("the kettle arrived broken, I need to send it back", "en"),
        ("hola, buenos días, busco una tetera", "es"),
        ("busco una tetera y xyzzy plugh foo", "es"),
        ("¿abrís los domingos y cuánto cuesta?", "es"),
    ],
)
async def test_one_thing_said_in_two_clauses_stays_one(text: str, locale: str) -> None:
    assert (await ROUTER.decide(asking(said(text, locale=locale)))).also == []


class ByText:
    """Scores one text as `whole` and every part of it as `part`."""

    def __init__(self, text: str, whole: ScriptedClassifier, part: ScriptedClassifier) -> None:
        self._text, self._whole, self._part = text, whole, part

    def scores(self, text: str, locale: str) -> LocalScores:
        return (self._whole if text == self._text else self._part).scores(text, locale)


@pytest.mark.parametrize(("sure", "intent"), [(0.6, "product_price"), (0.97, "opening_hours")])
async def test_one_sure_clause_gives_way_to_a_whole_that_is_surer(sure: float, intent: str) -> None:
    text = "la vi el lunes por nueve euros. seguía puesta esta mañana"
    scores = ByText(text, ScriptedClassifier(opening_hours=sure), ScriptedClassifier(product_price=0.9))

    decision = await ChainRouter(SHOP, scores).decide(asking(said(text)))

    assert (decision.intent, decision.also) == (intent, [])


async def test_a_greeting_before_a_question_is_not_what_is_asked() -> None:
    decision = await ROUTER.decide(asking(said("hola, buenas tardes, ¿cuánto cuesta la tetera?")))

    assert (decision.lane, decision.intent, decision.outcome) == ("commerce", "product_price", "routed")


async def test_an_open_handoff_and_a_wish_for_a_person_are_not_taken_apart() -> None:
    classifier = ScriptedClassifier(product_price=0.95)
    router = ChainRouter(SHOP, classifier)

    waiting = await router.decide(asking(said("cuánto cuesta? y abren los domingos?"), handoff=True))
    wanting = await router.decide(asking(said("quiero hablar con una persona. cuánto cuesta la tetera?")))

    assert (waiting.also, wanting.also) == ([], [])
