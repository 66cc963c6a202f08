from math import isfinite

import pytest

from nodes.ports import RouteRequest
from nodes.routers import ChainRouter, Thresholds
from nodes.routers.chain import ModelStage
from nodes.routers.evidence import Evidence
from prompts.tenant import FollowUp
from state.decision import LANES, RouterDecision, Stage
from state.turn import OrderPart, Turn
from tests.fakes import ScriptedClassifier, asking, said, shop

SHOP = shop()


async def decide(request: RouteRequest, classifier: ScriptedClassifier) -> RouterDecision:
    return await ChainRouter(SHOP, classifier).decide(request)


def shopping(text: str, intent: str | None = "product_search") -> tuple[Turn, Turn]:
    return said(text), said("¿qué teteras tenéis?", lane="commerce", intent=intent)


async def test_a_likely_lane_is_taken_with_its_likeliest_intent() -> None:
    decision = await decide(asking(said("x")), ScriptedClassifier(product_price=0.8))

    assert (decision.lane, decision.intent) == ("commerce", "product_price")
    assert [stage.name for stage in decision.chain] == ["rules", "sticky", "local"]
    assert [stage.fired for stage in decision.chain] == [False, False, True]


async def test_the_reason_is_one_sentence_of_what_every_stage_said() -> None:
    decision = await decide(asking(said("x")), ScriptedClassifier(product_price=0.94))

    assert decision.reason.startswith("No decisive word")
    assert decision.reason.endswith("the examples make it commerce (product_price, 96%).")


async def test_a_short_follow_up_the_classifier_is_unsure_about_stays() -> None:
    turn, before = shopping("¿y cuánto cuesta?")

    decision = await decide(asking(turn, before, lane="commerce"), ScriptedClassifier(0.4, opening_hours=0.5))

    assert (decision.lane, decision.chain[-1].name) == ("commerce", "sticky")


async def test_a_clear_change_of_topic_leaves_the_lane() -> None:
    turn, before = shopping("la tetera llegó rota")

    decision = await decide(asking(turn, before, lane="commerce"), ScriptedClassifier(0.05, return_item=0.9))

    assert (decision.lane, decision.intent) == ("support", "return_item")
    assert "the topic is support now" in decision.reason


async def test_a_longer_text_leaves_where_a_bare_word_stays() -> None:
    classifier = ScriptedClassifier(0.05, greeting=0.7, opening_hours=0.2)
    bare, before = shopping("vale")
    longer, _ = shopping("mira una cosa que te quería preguntar hace rato ya sobre la tienda")

    assert (await decide(asking(bare, before, lane="commerce"), classifier)).lane == "commerce"
    assert (await decide(asking(longer, before, lane="commerce"), classifier)).lane == "info"


async def test_a_next_line_that_the_tenant_names_is_heard_as_one() -> None:
    names = FollowUp(after=["product_search"], intent="product_price", examples={"es": ["¿y esa?"]})
    tenant = SHOP.model_copy(update={"follow_ups": [names]})
    turn, before = shopping("¿y esa?")
    request = asking(turn, before, lane="commerce")
    classifier = ScriptedClassifier(0.1, opening_hours=0.5, product_price=0.3)

    decision = await ChainRouter(tenant, classifier).decide(request)

    assert (decision.lane, decision.intent, decision.chain[-1].name) == ("commerce", "product_price", "sticky")


async def test_nobody_goes_back_to_the_assistant_who_is_with_it() -> None:
    decision = await decide(asking(said("x")), ScriptedClassifier(back_to_bot=0.6, product_price=0.35))

    assert "back_to_bot" not in decision.intents
    assert (decision.lane, decision.intent) == ("commerce", "product_price")


async def test_who_plainly_asks_for_the_assistant_is_heard_though_they_are_with_it() -> None:
    decision = await decide(asking(said("x")), ScriptedClassifier(back_to_bot=0.8, product_price=0.15))

    assert decision.intent == "back_to_bot"


async def test_nothing_stays_after_an_intent_that_is_not_sticky() -> None:
    before = said("horario", lane="info", intent="opening_hours")

    decision = await decide(asking(said("¿y eso?"), before, lane="info"), ScriptedClassifier(return_item=0.5))

    assert (decision.lane, decision.chain[-1].name) == ("support", "local")


async def test_a_photo_in_between_does_not_end_what_is_going_on() -> None:
    first = said("teteras", lane="commerce", intent="product_search")
    photo = said(parts=[], lane="commerce")

    decision = await decide(asking(said("¿y en azul?"), first, photo, lane="commerce"), ScriptedClassifier())

    assert decision.chain[-1].name == "sticky"


@pytest.mark.parametrize("text", ["A-5512", "creo que es el 104477", "pedido ab1234"])
async def test_an_order_number_that_was_asked_for_stays_with_the_intent_that_asked(text: str) -> None:
    before = said("quiero devolverlo", lane="support", intent="return_item")

    decision = await decide(asking(said(text), before, lane="support", awaiting="order_number"), ScriptedClassifier())

    assert (decision.lane, decision.intent, decision.chain[-1].name) == ("support", "return_item", "sticky")


async def test_a_product_that_was_asked_for_answers_the_question_about_it() -> None:
    before = said("¿cuánto cuesta?", lane="commerce", intent="product_price")
    request = asking(said("la tetera"), before, lane="commerce", awaiting="product")

    decision = await decide(request, ScriptedClassifier(product_search=0.8))

    assert decision.intent == "product_price"


async def test_a_clear_change_of_topic_goes_before_what_was_asked_for() -> None:
    before = said("quiero devolverlo", lane="support", intent="return_item")
    request = asking(said("¿tenéis teteras por menos de 1000?"), before, lane="support", awaiting="order_number")

    assert (await decide(request, ScriptedClassifier(0.05, product_search=0.9))).lane == "commerce"


async def test_out_of_scope_falls_back_to_info_without_an_intent() -> None:
    decision = await decide(asking(said("la capital de Francia")), ScriptedClassifier(0.8, product_price=0.9))

    assert (decision.lane, decision.intent, decision.chain[-1].name) == ("info", None, "fallback")
    assert decision.outcome == "out_of_scope"
    assert decision.out_of_scope == pytest.approx(0.8)


async def test_a_question_about_the_world_does_not_stay() -> None:
    turn, before = shopping("¿cuál es la capital de Francia?")

    decision = await decide(asking(turn, before, lane="commerce"), ScriptedClassifier(0.96, product_price=0.9))

    assert decision.chain[-1].name == "fallback"


CLOSE = ScriptedClassifier(product_price=0.48, return_item=0.45)


async def test_the_customer_is_asked_when_two_lanes_are_close() -> None:
    decision = await decide(asking(said("x")), CLOSE)

    assert (decision.outcome, decision.lane, decision.chain[-1].name) == ("clarify", "commerce", "clarify")
    assert [(one.lane, one.intent) for one in decision.clarify] == [
        ("commerce", "product_price"),
        ("support", "return_item"),
    ]
    assert decision.margin < 0.1


async def test_nobody_is_asked_twice_in_a_row() -> None:
    before = said("x", lane="commerce", intent="opening_hours")

    decision = await decide(asking(said("y"), before, lane="commerce", awaiting="choice"), CLOSE)

    assert (decision.outcome, decision.lane, decision.clarify) == ("routed", "commerce", [])


async def test_the_question_is_never_asked_by_the_lane_that_calls_a_person() -> None:
    decision = await decide(asking(said("x")), ScriptedClassifier(talk_to_person=0.48, return_item=0.45))

    assert (decision.outcome, decision.lane) == ("clarify", "support")


async def test_a_greeting_beside_a_wish_is_no_question() -> None:
    decision = await decide(asking(said("x")), ScriptedClassifier(greeting=0.48, product_search=0.45))

    assert (decision.outcome, decision.lane, decision.intent) == ("routed", "commerce", "product_search")


async def test_three_lanes_that_are_close_are_no_question_of_two() -> None:
    classifier = ScriptedClassifier(product_price=0.3, return_item=0.29, opening_hours=0.29)

    assert (await decide(asking(said("x")), classifier)).outcome != "clarify"


def model(said_: Stage, seen: list[Evidence]) -> ModelStage:
    async def ask(evidence: Evidence) -> Stage:
        seen.append(evidence)
        return said_

    return ask


async def test_a_model_is_asked_with_the_evidence_when_the_examples_leave_it_open() -> None:
    seen: list[Evidence] = []
    answer = Stage("model", True, "it is a return", "support", "return_item", 0.9, model="m", cost_usd=0.001)
    router = ChainRouter(SHOP, CLOSE, model=model(answer, seen))

    decision = await router.decide(asking(said("x"), said("before", lane="info"), lane="info"))

    assert (decision.lane, decision.intent) == ("support", "return_item")
    assert decision.confidence == pytest.approx(0.9)
    assert (decision.model, decision.cost_usd, decision.degraded) == ("m", 0.001, False)
    assert [intent.name for intent, _ in seen[0].candidates(2)] == ["product_price", "return_item"]
    assert [turn.text for turn in seen[0].dialogue()] == ["before"]


async def test_a_model_is_not_asked_about_what_is_clear() -> None:
    seen: list[Evidence] = []
    router = ChainRouter(SHOP, ScriptedClassifier(return_item=0.95), model=model(Stage("model", True, "x"), seen))

    await router.decide(asking(said("x")))

    assert seen == []


async def test_a_model_that_fails_leaves_the_local_answer_and_a_mark() -> None:
    failed = Stage("model", fired=False, reason="the model took too long", degraded=True)

    decision = await ChainRouter(SHOP, CLOSE, model=model(failed, [])).decide(asking(said("x")))

    assert (decision.outcome, decision.degraded) == ("clarify", True)
    assert "took too long" in decision.reason


async def test_a_model_may_say_that_it_is_nobodys_business() -> None:
    nothing = Stage("model", True, "none of the shop's business", "info", confidence=0.1, outcome="out_of_scope")

    decision = await ChainRouter(SHOP, CLOSE, model=model(nothing, [])).decide(asking(said("x")))

    assert (decision.outcome, decision.lane, decision.intent) == ("out_of_scope", "info", None)


async def test_an_unsure_intent_is_not_named_but_its_lane_is() -> None:
    classifier = ScriptedClassifier(0.1, product_price=0.3, product_search=0.3)

    decision = await ChainRouter(SHOP, classifier, Thresholds(intent=0.35)).decide(asking(said("x")))

    assert (decision.lane, decision.intent) == ("commerce", None)


REQUESTS = [
    asking(said("quiero devolver")),
    asking(said(parts=[OrderPart([])])),
    asking(said("hola"), handoff=True),
    asking(said("¿y en azul?"), said("x", lane="commerce", intent="product_search"), lane="commerce"),
    asking(said("")),
]


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("classifier", [ScriptedClassifier(), ScriptedClassifier(0.9), ScriptedClassifier(greeting=1)])
async def test_probabilities_cover_all_lanes_and_sum_to_one(
    request_: RouteRequest, classifier: ScriptedClassifier
) -> None:
    decision = await decide(request_, classifier)

    shares = [*decision.probabilities.values(), decision.out_of_scope]
    assert list(decision.probabilities) == list(LANES)
    assert all(isfinite(share) and -1e-9 <= share <= 1 + 1e-9 for share in shares)
    assert sum(shares) == pytest.approx(1.0)
    assert decision.confidence == pytest.approx(decision.probabilities[decision.lane])


async def test_every_stage_is_timed_by_the_given_timer() -> None:
    seconds = iter(range(100))

    strange = ScriptedClassifier(0.9)

    decision = await ChainRouter(SHOP, strange, timer=lambda: next(seconds)).decide(asking(said("x")))

    assert [stage.ms for stage in decision.chain] == [1000.0] * 6
    assert decision.ms == 13000.0
