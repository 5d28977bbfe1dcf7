"""The reading edition as a browser shows it: on a desk and on a phone, by day and by night."""

import pandas as pd
import pytest
from browser import NAMES, chromium, contrast, visit

#: Of a desk and of a phone.
WIDTHS = [1280, 390]
#: Least contrast of text that WCAG 2 asks for at level AA.
READABLE = 4.5

pytestmark = pytest.mark.skipif(chromium() is None, reason=f"no browser: none of {', '.join(NAMES)} is installed")


@pytest.fixture(scope="module")
def visited(built):
    claim = pd.read_csv(built / "reports" / "smoke" / "ledger.csv")["claim"].iloc[0]
    return visit(built / "reports" / "smoke" / "site", WIDTHS, claim, chromium())


def shown(visited):
    return {(found["page"], found["width"]): found for found in visited.pages}


@pytest.mark.workflow
@pytest.mark.xdist_group("build")
class TestBuiltSite:
    """One visit to every page of the smoke build."""

    def test_every_page_is_shown_at_every_width(self, visited, built):
        pages = list((built / "reports" / "smoke" / "site").glob("*.html"))
        assert len(shown(visited)) == len(WIDTHS) * len(pages)
        assert all(found["title"] for found in visited.pages)

    def test_no_page_scrolls_sideways(self, visited):
        assert {where: found["wide"] for where, found in shown(visited).items() if found["beyond"] > 0} == {}

    def test_every_image_is_there_and_described(self, visited):
        assert {where: found["missing"] for where, found in shown(visited).items() if found["missing"]} == {}
        assert {where: found["unnamed"] for where, found in shown(visited).items() if found["unnamed"]} == {}

    def test_console_stays_empty(self, visited):
        assert visited.console == []

    def test_nothing_is_fetched_from_elsewhere(self, visited):
        fetched = {address for found in visited.pages for address in found["fetched"]}
        assert [address for address in fetched if not address.startswith(("file:", "data:", "blob:"))] == []

    def test_text_is_readable_by_day_and_by_night(self, visited):
        poor = {
            f"{theme}: {pair}": (found["page"], where)
            for found in visited.pages
            for theme in ("light", "dark")
            for pair, where in found[theme].items()
            if contrast(pair) < READABLE
        }
        assert poor == {}

    def test_every_verdict_is_readable(self, visited):
        named = {
            where.split()[1] for found in visited.pages for where in found["light"].values() if ".verdict" in where
        }
        assert named >= {"holds", "fails"}

    def test_ledger_is_filtered_by_what_is_typed(self, visited, built):
        claims = len(pd.read_csv(built / "reports" / "smoke" / "ledger.csv"))
        assert [found["filtered"] for found in visited.pages if found["filtered"]] == [[claims, 1]] * len(WIDTHS)


def test_what_is_wrong_on_a_page_is_seen(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "bad.html").write_text(
        "<!doctype html><title>Bad</title><body><article><div class='broad' style='width: 2000px'>x</div>"
        "<p style='color: #bbb'>pale</p><img src='none.webp' alt='none'><img src='http://example.invalid/a.png'></article>"
        "<script>undefined_name</script>",
        encoding="utf-8",
    )
    visited = visit(tmp_path / "site", [390], "x", chromium())
    (found,) = visited.pages
    assert found["beyond"] > 1000
    assert found["wide"][0].startswith("div.broad")
    assert found["missing"] == ["none.webp", "http://example.invalid/a.png"]
    assert found["unnamed"] == ["http://example.invalid/a.png"]
    assert "http://example.invalid/a.png" in found["fetched"]
    assert [where for pair, where in found["light"].items() if contrast(pair) < READABLE] == ["p. pale"]
    assert any("undefined_name" in line for line in visited.console)
    assert not list(tmp_path.glob("*.html"))


def test_contrast_is_that_of_the_guidelines():
    assert contrast("rgb(0, 0, 0) on rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118) on rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)
