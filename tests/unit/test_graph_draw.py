import re
import struct
import zlib
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from graphs.conversation import build_conversation
from graphs.draw import mermaid, png, svg
from graphs.layout import HEIGHT, LABEL_HEIGHT, Layout, place
from graphs.topology import Edge, Node, Topology, topology_of

CONVERSATION = topology_of(build_conversation())


def shape(*edges: tuple[str, str]) -> Topology:
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    nodes = [Node("START", "start"), *(Node(name, "step") for name in names), Node("END", "end")]
    ends = [Edge("START", names[0]), Edge(names[-1], "END")]
    return Topology(nodes, [*(Edge(*edge) for edge in edges), *ends], "x")


def labelled(*edges: tuple[str, str, str]) -> Topology:
    plain = shape(*(edge[:2] for edge in edges))
    return replace(plain, edges=[Edge(*edge[:2], conditional=True, label=edge[2]) for edge in edges])


SHAPES = {
    "conversation": CONVERSATION,
    "skip": shape(("a", "b"), ("b", "c"), ("a", "c")),
    "loop": shape(("a", "b"), ("b", "a"), ("b", "c")),
    "back and forth": shape(("a", "b"), ("b", "a")),
    "self": shape(("a", "a"), ("a", "b")),
    "labelled": labelled(
        ("a", "b", "yes"), ("a", "b", "no"), ("b", "a", "again"), ("a", "a", "wait"), ("a", "c", "so")
    ),
    "wide": shape(*(("a", f"n{number}") for number in range(9)), *((f"n{number}", "z") for number in range(9))),
    "ladder": shape(("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "d"), ("a", "e"), ("e", "d")),
}


def laid_out(topology: Topology) -> Layout:
    labels = {edge.label: 90.0 for edge in topology.edges if edge.label}
    return place(topology, {node.name: 100.0 for node in topology.nodes}, labels)


@pytest.mark.parametrize("topology", SHAPES.values(), ids=SHAPES.keys())
def test_every_edge_is_drawn_and_no_two_on_the_same_way(topology: Topology) -> None:
    lines = laid_out(topology).lines

    ways = [tuple(sorted(line.points)) for line in lines]
    assert sorted(str(line.edge) for line in lines) == sorted(map(str, topology.edges))
    assert len(set(ways)) == len(ways)


def test_labels_have_room_of_their_own() -> None:
    layout = laid_out(SHAPES["labelled"])

    places = [(*line.label, 90.0, LABEL_HEIGHT) for line in layout.lines if line.label]
    boxes = [(box.x, box.y, box.width, box.height) for box in layout.boxes.values()]
    assert len(places) == 5
    for number, (x, y, width, height) in enumerate(places):
        assert width / 2 <= x <= layout.width - width / 2
        for other_x, other_y, wide, high in [*boxes, *places[number + 1 :]]:
            assert abs(x - other_x) >= (width + wide) / 2 or abs(y - other_y) >= (height + high) / 2


def test_a_chain_of_two_thousand_nodes_is_placed() -> None:
    names = [f"n{number}" for number in range(2001)]

    layout = laid_out(shape(*pairwise(names)))

    assert len(layout.boxes) == 2003


@pytest.mark.parametrize("topology", SHAPES.values(), ids=SHAPES.keys())
def test_no_two_nodes_overlap(topology: Topology) -> None:
    boxes = list(laid_out(topology).boxes.values())

    for place_, one in enumerate(boxes):
        for other in boxes[place_ + 1 :]:
            apart = abs(one.x - other.x) >= (one.width + other.width) / 2 or abs(one.y - other.y) >= HEIGHT
            assert apart, (one.name, other.name)


@pytest.mark.parametrize("topology", SHAPES.values(), ids=SHAPES.keys())
def test_no_edge_goes_through_a_node_that_is_not_its_own(topology: Topology) -> None:
    layout = laid_out(topology)

    for line in layout.lines:
        for (x1, y1), (x2, y2) in pairwise(line.points):
            for step in range(21):
                x, y = x1 + (x2 - x1) * step / 20, y1 + (y2 - y1) * step / 20
                for box in layout.boxes.values():
                    inside = abs(x - box.x) < box.width / 2 - 1 and abs(y - box.y) < HEIGHT / 2 - 1
                    assert not inside or box.name in {line.edge.source, line.edge.target}, (line.edge, box.name)


@pytest.mark.parametrize("topology", SHAPES.values(), ids=SHAPES.keys())
def test_everything_is_on_the_canvas(topology: Topology) -> None:
    layout = laid_out(topology)

    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for line in layout.lines for x, y in line.points)
    assert len(layout.boxes) == len(topology.nodes)


def test_the_conversation_in_mermaid() -> None:
    shown = mermaid(CONVERSATION)

    names = dict(re.findall(r"^    (n\d+)\(+\[?\"([^\"]+)\"", shown, re.MULTILINE))
    hops = {(names[a], arrow, names[b]) for a, arrow, b in re.findall(r"(n\d+) (-->|-\.->) (n\d+)", shown)}
    lanes = ["info", "commerce", "support", "handoff"]
    assert hops == {
        ("START", "-->", "build_turn"),
        ("build_turn", "-->", "route_intent"),
        *(("route_intent", "-.->", lane) for lane in lanes),
        *((lane, "-->", "compose") for lane in lanes),
        ("compose", "-->", "send_response"),
        ("send_response", "-->", "END"),
    }


def test_the_svg_is_well_formed_and_names_every_node() -> None:
    root = ET.fromstring(svg(CONVERSATION))

    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert texts == {"START", "END", *(node.name for node in CONVERSATION.nodes if node.kind in {"step", "router"})}


def test_hostile_names_are_only_text() -> None:
    hostile = shape(('<script>alert("x")</script>', "a'b&c"))

    root = ET.fromstring(svg(hostile))

    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert '<script>alert("x")</script>' in {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "<script" not in mermaid(hostile)
    assert png(hostile).startswith(b"\x89PNG")


def test_control_characters_in_a_name_are_shown_and_break_nothing() -> None:
    odd = shape(("a\x00b\x1b\nc", "d\ufffe"))

    root = ET.fromstring(svg(odd))

    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"a\u2400b\u241b c", "d\ufffd"} <= texts
    assert '("a\u2400b\u241b c")' in mermaid(odd)


def test_signs_of_mermaid_are_only_text() -> None:
    shown = mermaid(labelled(("#35; `x`", "b", "#quot;")))

    assert '("#35;35; #96;x#96;")' in shown
    assert '|"#35;quot;"|' in shown


def test_an_edge_to_a_node_that_is_not_there_is_left_out() -> None:
    known = shape(("a", "b"))

    assert mermaid(replace(known, edges=[*known.edges, Edge("a", "ghost")])) == mermaid(known)


def test_the_png_is_a_picture_with_ink_on_it() -> None:
    picture = png(CONVERSATION)

    width, height = struct.unpack(">II", picture[16:24])
    assert picture.startswith(b"\x89PNG")
    assert width > 600
    assert height > 900
    chunks = picture[8:]
    data = b""
    while chunks:
        (length,) = struct.unpack(">I", chunks[:4])
        data += chunks[8 : 8 + length] if chunks[4:8] == b"IDAT" else b""
        chunks = chunks[12 + length :]
    assert len(set(zlib.decompress(data))) > 50
