"""QTI items as other systems write them: places on pictures, orders of some worth, keys at odds with themselves."""

import io

import pytest
from PIL import Image

from exams.domain.grading import GradingPolicy, grade
from exams.interchange.formats.base import Source
from exams.interchange.formats.qti.convert import convert
from exams.interchange.formats.qti.items import read_item
from exams.interchange.formats.qti.model import Spot
from exams.interchange.formats.qti.nodes import parse_xml
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.numbered import MAXIMUM_PIXELS, numbered
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.qti.values import Unsupported
from exams.interchange.formats.qti.writer import item_xml
from tests.pure.exams.formats.test_qti import TEMPLATE, R, choice, condition, declared, item, mapping, pair_set, rules
from tests.pure.exams.formats.test_qti_hostile import zipped


def drawn(width=300, height=200, kind="PNG", colour="white"):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, format=kind)
    return stream.getvalue()


def made(text, data=None):
    notes = Notes()
    assets = Assets(notes, read=lambda path: drawn() if data is None else data)
    return convert(read_item(parse_xml(text.encode()), assets=assets, notes=notes)), assets


def marks(text, response):
    record = made(text)[0].record
    fraction = grade(record["type"], record["content"], record["key"], response, GradingPolicy()).fraction
    return fraction * float(record["marks"])


BACKGROUND = '<object type="image/png" data="map.png" width="300" height="200">A map</object>'


def place(name, coords, shape="rect", most=1):
    return f'<associableHotspot identifier="{name}" matchMax="{most}" shape="{shape}" coords="{coords}"/>'


def placing(declaration):
    things = "".join(f'<gapText identifier="{name}" matchMax="1">{name}</gapText>' for name in ("One", "Two", "Three"))
    places = place("P", "0,0,40,40") + place("Q", "100,100,20", "circle")
    body = f'<graphicGapMatchInteraction responseIdentifier="RESPONSE">{BACKGROUND}{things}{places}'
    return item(declaration, f"{body}</graphicGapMatchInteraction>", TEMPLATE.format("map_response"))


def test_things_on_places_of_a_picture_become_a_matching_with_numbered_places():
    inner = mapping({"One P": 1, "Two Q": 2}, defaultValue=-1, lowerBound=0)
    text = placing(declared("directedPair", "multiple", correct=["One P", "Two Q"], inner=inner))
    record, assets = made(text)[0].record, made(text)[1]
    assert record["type"] == "matching"
    assert [side["text"] for side in record["content"]["left"]] == ["(1)", "(2)"]
    assert 'src="attachment:map-RESPONSE-places.png" alt="A map"' in record["content"]["stem"]
    assert marks(text, {"l1": "r1", "l2": "r2"}) == 3
    assert marks(text, {"l1": "r3", "l2": "r2"}) == 1
    shown = Image.open(io.BytesIO(assets.found["map-RESPONSE-places.png"].data))
    colours = {colour for _, colour in shown.convert("RGB").getcolors(100_000)}
    assert len(colours) > 1


def test_two_things_on_one_place_are_its_partners():
    inner = mapping({"One P": 1, "Two P": 1, "Three Q": 1}, defaultValue=-1, lowerBound=0)
    pairs = ["One P", "Two P", "Three Q"]
    text = placing(declared("directedPair", "multiple", correct=pairs, inner=inner)).replace(
        place("P", "0,0,40,40"), place("P", "0,0,40,40", most=2)
    )
    record = made(text)[0].record
    assert record["content"]["partners"] == {"l1": 2}
    assert sorted(record["key"]["pairs"]["l1"]) == ["r1", "r2"]
    assert marks(text, {"l1": ["r1", "r2"], "l2": "r3"}) == 3
    assert marks(text, {"l1": ["r1", "r3"], "l2": "r3"}) == 1
    assert marks(text, {"l1": ["r3"]}) == 0


def test_joined_places_take_their_hub_to_the_right():
    places = "".join(place(name, f"{at * 50},10,{at * 50 + 30},40", most=2) for at, name in enumerate("ABCD"))
    body = f'<graphicAssociateInteraction responseIdentifier="RESPONSE" maxAssociations="3">{BACKGROUND}{places}'
    inner = mapping({"B C": 1, "C D": 1})
    declaration = declared("pair", "multiple", correct=["C B", "C D"], inner=inner)
    text = item(declaration, f"{body}</graphicAssociateInteraction>", TEMPLATE.format("map_response"))
    record = made(text)[0].record
    assert [side["text"] for side in record["content"]["left"]] == ["(2)", "(4)"]
    rights = {side["text"]: side["id"] for side in record["content"]["right"]}
    assert marks(text, {"l1": rights["(3)"], "l2": rights["(3)"]}) == 2
    assert marks(text, {"l1": rights["(1)"], "l2": rights["(3)"]}) == 1


def test_only_what_is_shown_is_brought_along(tmp_path):
    text = placing(declared("directedPair", "multiple", correct=["One P"], inner=mapping({"One P": 1})))
    path = tmp_path / "p.zip"
    path.write_bytes(zipped({"i.xml": text, "map.png": drawn()}))
    (row,) = read_qti(Source(name="p.zip", path=path))
    assert [entry.name for entry in row.attachments] == ["map-RESPONSE-places.png"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (300).to_bytes(4, "big") * 2,
        drawn()[:60],
        b"<svg/>",
        drawn(MAXIMUM_PIXELS // 1_000 + 1, 1_000, colour="black"),
    ],
)
def test_a_picture_that_cannot_be_read_is_a_reason(data):
    with pytest.raises(Unsupported, match="cannot be read"):
        numbered(data, [Spot("A", "rect", (0, 0, 9, 9))], (300, 200))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_places_of_every_shape_are_drawn(kind):
    spots = [
        Spot("A", "rect", (0, 0, 9, 9)),
        Spot("B", "circle", (50, 50, 9)),
        Spot("C", "ellipse", (90, 50, 9, 20)),
        Spot("D", "poly", (10, 10, 60, 10, 30, 90)),
        Spot("E", "default", ()),
    ]
    shown = Image.open(io.BytesIO(numbered(drawn(kind=kind), spots, (150, 100))))
    assert shown.size == (600, 400)


def test_a_response_of_one_pair_is_right_with_that_pair_only():
    sets = pair_set("A", "B") + pair_set("X", "Y", most=0)
    body = f'<matchInteraction responseIdentifier="RESPONSE" maxAssociations="1">{sets}</matchInteraction>'
    text = item(declared("directedPair", correct=["A X"]), body, TEMPLATE.format("match_correct"))
    assert [marks(text, given) for given in ({"l1": "r1"}, {"l2": "r1"}, {"l1": "r1", "l2": "r1"})] == [1, 0, 0]


def ordered(*ids):
    values = (f'<baseValue baseType="identifier">{id_}</baseValue>' for id_ in ids)
    return f"<ordered>{''.join(values)}</ordered>"


def test_another_order_earns_what_the_rules_give_for_it():
    right = condition(f"<match>{R}<correct identifier='RESPONSE'/></match>", 2)
    other = condition(f"<match>{R}{ordered('C', 'B', 'A')}</match>", 1)
    text = item(
        declared("identifier", "ordered", correct=["C", "A", "B"]),
        choice("A", "B", "C", most=0, kind="orderInteraction"),
        rules(right, other),
    )
    assert [marks(text, list(order)) for order in ("cab", "cba", "abc")] == [2, 1, 0]
    record = made(text)[0].record
    written, losses = item_xml(record, identifier="i")
    assert not losses
    again = made(written)[0].record
    assert again["key"] == record["key"]


def test_two_right_values_where_one_can_be_given_are_declined():
    text = item(declared("identifier", correct=["A", "B"]), choice("A", "B", "C"), TEMPLATE.format("match_correct"))
    with pytest.raises(Unsupported, match="several right answers"):
        made(text)


def test_all_or_nothing_of_mapped_parts_without_right_values():
    fields = "".join(f'<textEntryInteraction responseIdentifier="R{at}"/>' for at in (1, 2))
    declarations = "".join(
        declared("string", name=f"R{at}", inner=mapping({word: 1})) for at, word in ((1, "sun"), (2, "moon"))
    )
    outcomes = (
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        '<outcomeDeclaration identifier="RAW" cardinality="single" baseType="float"/>'
    )
    total = '<setOutcomeValue identifier="RAW"><sum><mapResponse identifier="R1"/><mapResponse identifier="R2"/></sum>'
    enough = '<gte><variable identifier="RAW"/><baseValue baseType="float">2</baseValue></gte>'
    text = item(
        declarations, f"<p>{fields}</p>", rules(f"{total}</setOutcomeValue>", condition(enough, 1)), outcomes=outcomes
    )
    assert [marks(text, {"b1": "sun", "b2": word}) for word in ("moon", "star")] == [1, 0]


def test_of_many_options_the_sets_that_the_rules_name_tell_all():
    names = [f"C{at:02}" for at in range(14)]

    def named(*ids):
        return f"<match>{R}{ordered(*ids).replace('ordered', 'multiple')}</match>"

    first, second = names[:9], names[4:12]
    text = item(
        declared("identifier", "multiple"),
        choice(*names, most=10),
        rules(condition(named(*first), 1), condition(named(*second), 1)),
    )
    letters = dict(zip(names, "abcdefghijklmn", strict=True))
    tries = [first, second, first[:8], [*first, names[13]], [*second[:7], names[0]], names[:10]]
    assert [marks(text, [letters[name] for name in chosen]) for chosen in tries] == [1, 1, 0, 0, 0, 0]
    looked_into = f'<member><baseValue baseType="identifier">C03</baseValue>{R}</member>'
    with pytest.raises(Unsupported, match="more than"):
        made(item(declared("identifier", "multiple"), choice(*names, most=0), rules(condition(looked_into, 1))))
