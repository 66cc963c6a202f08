import shutil
from dataclasses import dataclass
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.findings import Finding, TenantFilesError
from prompts.folding import fold
from prompts.loader import BUNDLED, check_tenant, load_tenant, tenant_folder
from prompts.located import parse
from prompts.texts import CHOICE_TITLE_LIMIT, CHOICE_TITLES, REQUIRED_TEXTS


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shutil.copytree(BUNDLED / "demo", tmp_path / "demo")


@dataclass(frozen=True)
class Break:
    """In `file`, `old` becomes `new`; the finding is expected on the line that then holds `at`."""

    file: str
    old: str
    new: str
    at: str
    fix: str
    nth: int = 1
    severity: str = "error"

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        text = path.read_text("utf-8")
        assert self.old in text
        path.write_text(text.replace(self.old, self.new, 1), "utf-8")

    def line(self, folder: Path) -> int:
        lines = (folder / self.file).read_text("utf-8").split("\n")
        return [number for number, line in enumerate(lines, 1) if self.at in line][self.nth - 1]


BREAKS = {
    "no way back to the assistant": Break(
        "intents/handoff.yaml", "action: end_handoff", "text: greeting", "action: talk_to_person", "back_to_bot"
    ),
    "a tab": Break("tenant.yaml", "  phone:", "\tphone:", "\tphone:", "spaces"),
    "an unquoted colon": Break("texts.es.yaml", 'thanks: "A ti', 'thanks: A ti: "', "thanks:", "quotes"),
    "an open quote": Break("texts.en.yaml", 'Return something"', "Return something", "choice_returns", "quotes"),
    "an open quote at the end": Break("tenant.yaml", "locales: [es", 'locales: ["es', "locales", "quotes"),
    "a text that begins with a star": Break("intents/info.yaml", "- Hola\n", "- *Hola\n", "*Hola", "quotes"),
    "a Python tag": Break("hours.yaml", "sunday: []", "sunday: !!python/name:os.system", "!!python", "quotes"),
    "an order of a product that isn't there": Break(
        "shop.yaml", "- sku: PAN-NONST-28", "- sku: PAN-NONST-82", "PAN-NONST-82", "PAN-NONST-28"
    ),
    "an order paid in a way that isn't there": Break(
        "shop.yaml", "    way: at_pickup", "    way: at_pick", "way: at_pick", "at_pickup"
    ),
    "a key twice": Break("texts.es.yaml", "thanks:", "greeting:", "greeting:", "line 2", nth=2),
    "an unknown time zone": Break("tenant.yaml", "Europe/Madrid", "Europe/Madrit", "timezone", "Europe/Madrid"),
    "an unknown language": Break("tenant.yaml", "[es, en]", "[es, en, xx]", "locales", "such as es"),
    "a name that isn't known": Break("intents/info.yaml", "    words:", "    wrods:", "wrods", "words"),
    "a number for a text": Break("intents/info.yaml", "- hola buenas", "- 1234", "- 1234", '"1234"'),
    "an empty text": Break(
        "texts.en.yaml", "You're welcome. I'm here if you need anything else.", "", "thanks", "text here"
    ),
    "an action that isn't one": Break("intents/info.yaml", "action: hours", "action: our", "action: our", "'hours'"),
    "two answers": Break(
        "intents/info.yaml", "action: hours", "action: hours\n      page: about", "answer:", "exactly one", 6
    ),
    "a price in euros": Break("catalogue.yaml", "price_minor: 3490", "price_minor: 34.90", "34.90", "whole number"),
    "a lower case code": Break("catalogue.yaml", "KET-STEEL-17", "ket-steel", "ket-steel", "capital letters"),
    "a time without a colon": Break("hours.yaml", '"10:00"', "1000", "1000", '"09:30"'),
    "a date that doesn't exist": Break("hours.yaml", "2026-12-25", "2026-12-32", "2026-12-32", "year, month"),
    "a lane of its own": Break("lanes.yaml", "name: info", "name: sales", "name: sales", "'info'"),
    "a missing name": Break("catalogue.yaml", "    category: kettles\n", "", "sku: KET-STEEL-17", "category:"),
    "a page that doesn't exist": Break(
        "intents/info.yaml", "page: shipping", "page: shiping", "page: shiping", "`shipping`"
    ),
    "a text that doesn't exist": Break("intents/info.yaml", "text: help", "text: helpp", "text: helpp", "`help`"),
    "a text that needs more": Break("intents/info.yaml", "text: help", "text: product_one", "product_one", "{shop}"),
    "a missing text": Break("texts.en.yaml", "thanks:", "thank:", "# What", "thanks:"),
    "an unknown variable": Break("texts.en.yaml", "{reason}", "{motivo}", "{motivo}", "{reason}"),
    "a missing variable": Break("texts.en.yaml", "{closes}", "eight", "at eight", "{closes}", severity="warning"),
    "a dangerous variable": Break("texts.en.yaml", "{closes}", "{closes.__class__}", "__class__", "plain name"),
    "an open brace": Break("texts.en.yaml", "{closes}", "{closes", "{closes.", "{name}"),
    "a long button": Break("texts.es.yaml", "Hablar con alguien", "Hablar con una persona", "offer_person", "20"),
    "the same example twice": Break(
        "intents/support.yaml", "- Me ha llegado un plato roto", "- ¡HÓLA!", "HÓLA", "one of"
    ),
    "the same word twice": Break(
        "intents/handoff.yaml", "- talk to someone", "- Where is my ORDER?", "my ORDER", "in one of the two"
    ),
    "an example that another's words decide": Break(
        "intents/handoff.yaml",
        "- vuelve bot",
        "- ya no, ¿dónde está mi pedido?",
        "mi pedido",
        "reword it",
        severity="warning",
    ),
    "an intent twice": Break("intents/commerce.yaml", "name: invoice", "name: pickup", "name: pickup", "another name"),
    "a product twice": Break("catalogue.yaml", "KET-RED-17", "KET-STEEL-17", "KET-STEEL-17", "another name", nth=2),
    "an unknown category": Break("catalogue.yaml", "category: knives", "category: knifes", "knifes", "`knives`"),
    "closing before opening": Break("hours.yaml", '"14:00"', '"09:00"', '"09:00"', "later"),
    "hours that overlap": Break("hours.yaml", '"17:00"', '"13:00"', '"13:00"', "follow"),
    "a date twice": Break("hours.yaml", "2026-01-05", "2026-01-01", "2026-01-01", "one of the two", nth=2),
    "an open page head": Break("knowledge/about.es.md", "\n---\n", "\n", "---", "on a line"),
    "a page without a head": Break("knowledge/about.es.md", "---\n", "", "title:", "Begin the page"),
    "a page without an answer": Break("knowledge/about.en.md", "answer:", "anser:", "anser:", "`answer`"),
    "a language without texts": Break("tenant.yaml", "[es, en]", "[es, en, fr]", "locales", "texts.fr.yaml"),
    "a language nobody speaks": Break(
        "lanes.yaml", "en: Products", "de: Products", "de: Products", "de", severity="warning"
    ),
    "a text nobody uses": Break("texts.en.yaml", "thanks:", "thank:", "thank:", "`thanks`", severity="warning"),
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=list(BREAKS))
def test_a_fault_is_found_on_its_line_with_what_to_write(shop: Path, broken: Break) -> None:
    broken.apply(shop)

    findings = check_tenant(shop)

    expected = (broken.severity, broken.file, broken.line(shop))
    there = [one for one in findings if (one.severity, one.file, one.line) == expected]
    assert any(broken.fix in one.fix for one in there), [str(one) for one in findings]


def test_the_demo_shop_has_no_findings() -> None:
    assert check_tenant(tenant_folder("demo")) == []


def test_the_demo_shop_speaks_both_languages_in_every_lane() -> None:
    tenant = load_tenant(tenant_folder("demo"))

    assert {intent.lane for intent in tenant.intents} == {"info", "commerce", "support", "handoff"}
    assert all(len(intent.examples[locale]) >= 10 for intent in tenant.intents for locale in ("es", "en"))
    assert {page.slug for page in tenant.pages if page.locale == "es"} == {
        page.slug for page in tenant.pages if page.locale == "en"
    }


@pytest.mark.parametrize("locale", ["es", "en"])
def test_every_text_can_be_said_with_its_values(locale: str) -> None:
    tenant = load_tenant(tenant_folder("demo"))

    said = {key: tenant.say(key, locale, **dict.fromkeys(names, "…")) for key, names in REQUIRED_TEXTS.items()}

    assert all("{" not in text and text for text in said.values())
    assert all(len(said[key]) <= CHOICE_TITLE_LIMIT for key in CHOICE_TITLES)


def test_several_faults_are_found_in_one_go(shop: Path) -> None:
    for name in ("a price in euros", "a tab", "a page that doesn't exist", "a date that doesn't exist"):
        BREAKS[name].apply(shop)

    found = {finding.file for finding in check_tenant(shop)}

    assert {"catalogue.yaml", "tenant.yaml", "hours.yaml"} <= found


def test_an_example_in_two_intents_names_both_lines(shop: Path) -> None:
    BREAKS["the same example twice"].apply(shop)

    finding = next(one for one in check_tenant(shop) if "HÓLA" in one.message)

    first = (shop / "intents/info.yaml").read_text("utf-8").split("\n").index("        - Hola") + 1
    assert f"intents/info.yaml:{first}" in finding.message


def test_few_examples_are_a_warning_and_load(shop: Path) -> None:
    path = shop / "intents" / "handoff.yaml"
    kept, _ = path.read_text("utf-8").split("        - let's continue with the assistant\n")
    path.write_text(kept, "utf-8")

    findings = check_tenant(shop)

    assert [(one.severity, one.file) for one in findings] == [("warning", "intents/handoff.yaml")]
    assert load_tenant(shop).intent("back_to_bot") is not None


def test_a_missing_file_is_a_finding(shop: Path) -> None:
    (shop / "hours.yaml").rename(shop / "hours.yml")

    first = check_tenant(shop)[0]

    assert first == Finding("error", "hours.yaml", 1, "The file is missing.", "Rename hours.yml to end in .yaml.")


def test_a_file_in_another_encoding_is_a_finding_on_its_line(shop: Path) -> None:
    (shop / "texts.es.yaml").write_bytes('# ok\ngreeting: "¡Buenos días!"\n'.encode("latin-1"))

    found = [(one.line, one.fix) for one in check_tenant(shop) if one.file == "texts.es.yaml"]

    assert (2, "Save the file with the encoding UTF-8.") in found


def test_an_empty_file_and_a_folder_in_its_place_are_findings(shop: Path) -> None:
    (shop / "lanes.yaml").write_text("")
    (shop / "hours.yaml").unlink()
    (shop / "hours.yaml").mkdir()

    found = {one.file for one in check_tenant(shop) if one.severity == "error"}

    assert {"lanes.yaml", "hours.yaml"} <= found


def test_a_page_whose_name_has_no_language_is_a_finding(shop: Path) -> None:
    (shop / "knowledge" / "about.es.md").rename(shop / "knowledge" / "about.md")

    finding = next(one for one in check_tenant(shop) if one.file == "knowledge/about.md")

    assert "about.es.md" in finding.fix


def test_windows_line_ends_and_a_byte_order_mark_are_fine(shop: Path) -> None:
    for path in [*shop.glob("**/*.yaml"), *shop.glob("**/*.md")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert check_tenant(shop) == []


def test_loading_names_the_first_finding_and_counts_the_rest(shop: Path) -> None:
    BREAKS["a price in euros"].apply(shop)
    BREAKS["an unknown category"].apply(shop)

    with pytest.raises(TenantFilesError, match=r"catalogue\.yaml:\d+: .+ \(and 1 more\)") as raised:
        load_tenant(shop)

    assert len(raised.value.findings) == 2


def test_plain_words_and_times_keep_their_meaning() -> None:
    document, findings = parse("- no\n- 10:30\n- 2026-12-24\n- on\n- 007\n- true\n-\n", "x.yaml")

    assert document is not None
    assert document.data == ["no", "10:30", "2026-12-24", "on", 7, True, None]
    assert findings == []


def test_unquoted_times_are_times_of_day(shop: Path) -> None:
    path = shop / "hours.yaml"
    path.write_text(path.read_text("utf-8").replace('"10:00"', "9:30"), "utf-8")

    assert load_tenant(shop).hours.week["monday"][0].opens == time(9, 30)


@given(st.text(alphabet=st.sampled_from("ab:- \n\t[]{}&*!'\"|>?#%@,0\x00é\ud7ff<"), max_size=60))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    document, findings = parse(text, "x.yaml", first=3)

    assert document is not None or findings
    assert all(3 <= finding.line <= 3 + text.count("\n") + 1 for finding in findings)


def test_brackets_without_end_are_a_finding() -> None:
    document, findings = parse("[" * 5000, "x.yaml")

    assert document is None
    assert "brackets" in findings[0].fix


def test_a_tenant_is_found_by_name_or_by_path(shop: Path) -> None:
    assert tenant_folder("demo") == BUNDLED / "demo"
    assert tenant_folder("demo", extra=shop.parent) == shop
    assert tenant_folder(str(shop)) == shop


def test_an_unknown_tenant_names_the_known_ones() -> None:
    with pytest.raises(TenantFilesError, match="demo"):
        tenant_folder("nobody")


@pytest.mark.parametrize("written", ["¿A QUÉ HORA ABREN?", "a que hora abren", "  A qué hora, abren… "])
def test_examples_that_read_alike_fold_alike(written: str) -> None:
    assert fold(written) == "a que hora abren"


def test_what_one_file_shows_comes_before_what_follows_from_it(shop: Path) -> None:
    (shop / "knowledge" / "shipping.es.md").write_text("no head", "utf-8")

    errors = [one.file for one in check_tenant(shop) if one.severity == "error"]

    assert errors == ["knowledge/shipping.es.md", "intents/info.yaml"]


@pytest.mark.parametrize("name", ["tenant.yaml", "lanes.yaml", "texts.es.yaml", "hours.yaml", "catalogue.yaml"])
@pytest.mark.parametrize("content", ["7\n", "- a\n", "a: b\n", "intents: [null, 1, [x]]\n", "lanes: {}\n"])
def test_a_file_of_another_shape_is_a_finding(shop: Path, name: str, content: str) -> None:
    (shop / name).write_text(content, "utf-8")

    assert any(one.file == name and one.severity == "error" for one in check_tenant(shop))
