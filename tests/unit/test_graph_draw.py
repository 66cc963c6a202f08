import re
import struct
import zlib
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from graphs.conversation import build_conversation
from graphs.draw import mermaid, png, svg
from graphs.layout import HEIGHT, Layout, place
from graphs.topology import Edge, Node, Topology, topology_of

CONVERSATION = topology_of(build_conversation())


def shape(*edges: tuple[str, str]) -> Topology:
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    nodes = [Node("START", "start"), *(Node(name, "step") for name in names), Node("END", "end")]
    ends = [Edge("START", names[0]), Edge(names[-1], "END")]
    return Topology(nodes, [*(Edge(*edge) for edge in edges), *ends], "x")


SHAPES = {
    "conversation": CONVERSATION,
    "skip": shape(("a", "b"), ("b", "c"), ("a", "c")),
    "loop": shape(("a", "b"), ("b", "a"), ("b", "c")),
    "self": shape(("a", "a"), ("a", "b")),
    "wide": shape(*(("a", f"n{number}") for number in range(9)), *((f"n{number}", "z") for number in range(9))),
    "ladder": shape(("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "d"), ("a", "e"), ("e", "d")),
}


def laid_out(topology: Topology) -> Layout:
    return place(topology, {node.name: 100.0 for node in topology.nodes})


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
