"""Sites made of briefs: what is built, what an audit finds, what is published."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from nodes.agents.site.auditor import AuditInput, auditor
from nodes.agents.site.brief import Brief, BriefInput, brief
from nodes.agents.site.builder import BuildInput, Site, SiteFile, builder, site_of
from nodes.agents.site.colours import LEAST, contrast, palette_of
from nodes.agents.site.deployer import Current, Deploy, deployer_at
from nodes.agents.site.designer import DesignInput, designer
from nodes.agents.site.writer import WriteInput, writer
from server.plans.sites import FolderSites
from state.errors import InvalidInputError, NotDoneError
from state.ids import TenantId
from tests.agents import Desk

EXAMPLES = Path(__file__).parents[2] / "graphs" / "templates" / "examples"
SHOP = TenantId("demo")


async def built(given: dict[str, Any], desk: Desk, says: list[dict[str, Any]] | None = None) -> Site:
    read = await brief("read", BriefInput(brief=given), desk.context())
    words = await writer("write", WriteInput(brief=read.brief), desk.context(says=says))
    design = await designer("design", DesignInput(brief=read.brief, content=words), desk.context())
    return await builder("build", BuildInput(brief=read.brief, content=words, design=design), desk.context())


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((EXAMPLES / name).read_text())
    return found


def text_of(site: Site, path: str, desk: Desk) -> str:
    return next(desk.files.kept[one.artefact.sha256].decode() for one in site.files if one.path == path)


def files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.*"))


@pytest.mark.parametrize("name", ["brief-cafe.es.yaml", "brief-bikes.en.yaml"])
async def test_an_examples_site_passes_its_audit_without_a_finding(name: str) -> None:
    desk = Desk()

    audit = await auditor("audit", AuditInput(site=await built(example(name), desk)), desk.context())

    assert audit.findings == []
    assert audit.passed


async def test_a_brief_in_two_languages_makes_two_sites_that_link_to_each_other() -> None:
    desk = Desk()

    site = await built(example("brief-bikes.en.yaml"), desk)

    assert '<html lang="en">' in text_of(site, "index.html", desk)
    assert 'href="es/index.html" hreflang="es"' in text_of(site, "index.html", desk)
    assert 'href="../index.html" hreflang="en"' in text_of(site, "es/index.html", desk)


async def test_a_brief_with_nothing_but_a_name_makes_a_small_site_and_says_what_is_missing() -> None:
    desk = Desk()

    read = await brief("read", BriefInput(brief="name: Bar Pepe"), desk.context())
    site = await built({"name": "Bar Pepe"}, desk)
    audit = await auditor("audit", AuditInput(site=site), desk.context())

    assert len(read.missing) == 7
    assert audit.passed


async def test_what_a_brief_says_never_becomes_markup() -> None:
    desk = Desk()
    evil = '"><script>alert(1)</script>'

    site = await built(
        {"name": evil, "tagline": evil, "about": evil, "offers": [{"name": evil, "text": evil, "price": evil}]}, desk
    )

    assert all("<script" not in text_of(site, one.path, desk) for one in site.files)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ("", "no brief"),
        ("name: [", "no YAML"),
        ({"name": ""}, "name"),
        ({"name": "x", "accent": "red"}, "accent"),
        ({"name": "x", "languages": ["fr"]}, "languages"),
        ({"name": "x", "contact": {"phone": "javascript:alert(1)"}}, "contact.phone"),
        ({"name": "x", "contact": {"email": 'a"@b.c'}}, "contact.email"),
        ({"name": "x", "base_url": "javascript:alert(1)"}, "base_url"),
        ({"name": "x", "colour": "red"}, "colour"),
        ({"name": "x", "offers": "all"}, "offers"),
    ],
)
async def test_a_brief_that_is_wrong_is_refused_with_the_place(given: Any, where: str) -> None:
    with pytest.raises(InvalidInputError, match=where):
        await brief("read", BriefInput(brief=given), Desk().context())


async def test_a_model_may_write_the_words_and_no_more() -> None:
    desk = Desk()
    says = [{"headline": "Café de verdad", "lead": "Ven.", "description": "Una cafetería.", "about": ["Somos dos."]}]

    site = await built(example("brief-cafe.es.yaml"), desk, says)

    page = text_of(site, "index.html", desk)
    assert "<h1>Café de verdad</h1>" in page
    assert "2,80 €" in page


@pytest.mark.parametrize("accent", ["#ffff00", "#000000", "#ffffff", "#b4532a", "#808080", "#00ff88"])
def test_every_accent_becomes_colours_that_can_be_read(accent: str) -> None:
    palette = palette_of(accent)

    for mode in (0, 1):
        on_paper = [contrast(getattr(palette, name)[mode], palette.tint[mode]) for name in ("ink", "soft", "accent")]
        assert min([*on_paper, contrast(palette.on_accent[mode], palette.accent[mode])]) >= LEAST


async def test_an_audit_finds_what_is_wrong_with_a_page() -> None:
    desk = Desk()
    html = """<html><head><meta name="viewport" content="width=device-width, user-scalable=no"></head>
      <body><h1>a</h1><h3>b</h3>
      <img src="https://tracker.example/x.gif"><a href="gone.html"></a><a href="#nowhere">here</a>
      <a href="javascript:x()">x</a>
      <input><p id="i"></p><p id="i"></p></body></html>"""
    artefact = await desk.files.write("index.html", html.encode(), "text/html")
    site = site_of(Brief(name="x"), [SiteFile(path="index.html", artefact=artefact)])

    audit = await auditor("audit", AuditInput(site=site), desk.context())

    assert not audit.passed
    assert {one.name for one in audit.findings} >= {
        "no_language", "no_alt", "no_name", "no_label", "no_zoom", "no_doctype", "skipped_heading", "double_id",
        "no_title", "third_party", "dead_link", "dead_anchor", "bad_scheme", "vague_link", "no_landmark",
    }  # fmt: skip


async def test_a_site_is_published_changed_and_left_alone(tmp_path: Path) -> None:
    desk, deployer = Desk(), deployer_at(FolderSites(tmp_path))
    first = await built(example("brief-cafe.es.yaml"), desk)
    changed = await built(example("brief-cafe.es.yaml") | {"tagline": "Otra cosa"}, desk)

    said: list[Any] = [await deployer("deploy", Deploy(site=one), desk.context()) for one in (first, first, changed)]
    current: Any = await deployer("current", Current(slug="cafe-garua"), desk.context())

    assert [one.status for one in said] == ["new", "unchanged", "updated"]
    assert "index.html" in said[2].changed
    assert current.digest == changed.digest
    assert "Otra cosa" in (tmp_path / "demo" / "cafe-garua" / "index.html").read_text()
    assert [one.name for one in (tmp_path / "demo").iterdir()] == ["cafe-garua"]


async def test_a_site_that_failed_its_audit_is_not_published(tmp_path: Path) -> None:
    desk = Desk()
    site = await built({"name": "x"}, desk)

    with pytest.raises(InvalidInputError, match="audit"):
        await deployer_at(FolderSites(tmp_path))("deploy", Deploy(site=site, passed=False), desk.context())

    assert files_in(tmp_path) == []


async def test_a_folder_that_is_no_site_of_ours_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "demo" / "x").mkdir(parents=True)
    (tmp_path / "demo" / "x" / "thesis.txt").write_text("years of work")

    with pytest.raises(NotDoneError):
        await FolderSites(tmp_path).publish(SHOP, "x", {"index.html": b""})

    assert (tmp_path / "demo" / "x" / "thesis.txt").read_text() == "years of work"


async def test_no_file_of_a_site_leaves_its_folder(tmp_path: Path) -> None:
    with pytest.raises(NotDoneError, match="out of the site"):
        await FolderSites(tmp_path).publish(SHOP, "x", {"../../evil.html": b""})

    assert files_in(tmp_path) == []


async def test_tenants_have_sites_of_their_own(tmp_path: Path) -> None:
    sites = FolderSites(tmp_path)
    await sites.publish(SHOP, "x", {"laneway-site.json": b"{}"})

    assert await sites.published(TenantId("other"), "x") is None
