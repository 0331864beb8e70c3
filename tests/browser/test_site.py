"""The static site, from a plain file server: whole, silent, and alive without Python."""

import functools
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.accessibility import out_of_sight, violations
from tests.browser.lab import commit_to_everything, pictures_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.exhaustive,
    pytest.mark.timeout(600),
]  # the first test builds the site

ROOT = Path(__file__).parents[2]
LECTURES = sorted(path.stem for path in ROOT.glob("lectures/*.ipynb"))
OTHERS = [
    "index",
    *sorted(f"exercises/{path.stem}/{path.stem}" for path in ROOT.glob("exercises/*/*.ipynb")),
    *sorted(f"docs/{path.stem}" for path in ROOT.glob("docs/*.md")),
]
PICTURE_IS_BLANK = """(picture) => {
    const blank = document.createElement("canvas");
    [blank.width, blank.height] = [picture.width, picture.height];
    return blank.toDataURL() === picture.toDataURL();
}"""
LINKS = "links => links.map((link) => link.href)"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Its folder and its address."""
    folder = tmp_path_factory.mktemp("site")
    command = f"from docs.site.build import build, Path; build(Path({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True, timeout=550)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def open_page(chromium, site):
    """Opens a page by name; what went wrong there is in its list `wrong`."""
    _, address = site
    context = chromium.new_context(viewport={"width": 1200, "height": 900})

    def open_(name):
        page, wrong = context.new_page(), []

        def requested(request):
            if not request.url.startswith((address, "blob:", "data:")):
                wrong.append(f"requested from outside: {request.url}")

        page.on("request", requested)
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        page.goto(f"{address}/{name}.html")
        page.wait_for_function("() => window.MathJax.startup.promise.then(() => true)")
        for place in page.locator("[data-model]").all():
            place.locator(".convkit, .convkit-question").first.wait_for()
        commit_to_everything(page)
        return page, wrong

    yield open_
    context.close()


@pytest.fixture(scope="module", params=LECTURES)
def lecture(request, open_page):
    page, wrong = open_page(f"lectures/{request.param}")
    yield page, wrong
    page.close()


@pytest.mark.parametrize("name", [*OTHERS, *(f"lectures/{stem}" for stem in LECTURES)])
def test_a_page_is_whole_and_asks_for_nothing_from_outside(name, site, open_page):
    folder, address = site
    page, wrong = open_page(name)
    assert wrong == []
    assert page.locator("[data-mml-node=merror]").count() == 0, "a formula that MathJax refuses"
    source = page.locator("main").inner_text()
    assert "$$" not in source
    links = page.locator("a[href]").evaluate_all(LINKS)
    own = [link.removeprefix(f"{address}/").split("#")[0] for link in links if address in link]
    assert own
    assert [link for link in own if not (folder / link).is_file()] == []
    page.close()


@pytest.mark.parametrize("name", [*OTHERS, *(f"lectures/{stem}" for stem in LECTURES)])
def test_axe_finds_nothing_wrong(name, open_page):
    page, _ = open_page(name)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
    page.close()


@pytest.mark.parametrize("name", [*OTHERS, *(f"lectures/{stem}" for stem in LECTURES)])
def test_at_400_percent_nothing_is_scrolled_both_ways(name, open_page):
    page, _ = open_page(name)
    page.set_viewport_size({"width": 320, "height": 256})
    page.wait_for_timeout(200)  # pictures fit themselves to the page a frame later
    assert out_of_sight(page) == []
    page.close()


def test_the_index_leads_to_every_page(site, open_page):
    _, address = site
    page, _ = open_page("index")
    links = page.locator("main a[href]").evaluate_all(LINKS)
    pages = {link.removeprefix(f"{address}/").removesuffix(".html") for link in links}
    assert pages >= {*OTHERS[1:], *(f"lectures/{stem}" for stem in LECTURES)}
    page.close()


def test_every_widget_is_drawn(lecture):
    page, _ = lecture
    widgets = page.locator(".convkit").all()
    assert widgets
    for widget in widgets:
        pictures = [node for node in widget.locator("canvas").all() if node.is_visible()]
        assert pictures
        assert [str(node) for node in pictures if node.evaluate(PICTURE_IS_BLANK)] == []


def test_what_moves_the_view_answers_the_keyboard(lecture):
    page, wrong = lecture
    for widget in page.locator(".convkit").all():
        # Themselves, not their numbers: keys may choose a network with fewer layers.
        places = widget.get_by_role("application").element_handles()
        seen = [set() for _ in places]
        for place, pictures in zip(places, seen, strict=True):
            for key in ("Home", "ArrowRight", "ArrowDown", "End"):
                place.press(key)
                pictures.add(str(pictures_of(widget)))
        assert all(len(pictures) > 1 for pictures in seen), widget.aria_snapshot()
    assert wrong == []


def test_what_moves_the_view_answers_the_mouse(lecture):
    page, wrong = lecture
    for widget in page.locator(".convkit").all():
        places = widget.get_by_role("application").all()
        seen = set()
        for place in places:
            place.scroll_into_view_if_needed()
            box = place.bounding_box()
            for down, right in ((0.5, 0.5), (0.7, 0.6), (0.3, 0.2)):
                page.mouse.move(box["x"] + right * box["width"], box["y"] + down * box["height"])
                seen.add(str(pictures_of(widget)))
                page.mouse.down()
            page.mouse.up()
            seen.add(str(pictures_of(widget)))
        assert not places or len(seen) > 1, widget.aria_snapshot()
    assert wrong == []


def test_what_needs_python_rests_and_says_so_and_the_rest_keeps_what_one_sets(lecture):
    page, wrong = lecture
    for widget in page.locator(".convkit").all():
        resting = widget.locator("fieldset:disabled").count() > 0
        assert widget.get_by_text("needs Python").is_visible() == resting
        assert widget.locator("input:enabled, select:enabled, [role=application]").count() > 0
        for slider in widget.locator("input[type=range]:enabled:visible").all():
            before = slider.input_value()
            slider.press("ArrowLeft" if before == slider.get_attribute("max") else "ArrowRight")
            assert slider.input_value() != before
        for switch in widget.locator("input[type=checkbox]:enabled").all():
            before = switch.is_checked()
            switch.click()
            assert switch.is_checked() != before
        for choice in widget.locator("select:enabled").all():
            before = choice.input_value()
            choice.select_option(index=int(choice.evaluate("choice => choice.selectedIndex") == 0))
            assert choice.input_value() != before
    assert wrong == []


def test_without_scripts_every_widget_is_a_picture(chromium, site):
    _, address = site
    context = chromium.new_context(java_script_enabled=False)
    for stem in LECTURES:
        page = context.new_page()
        page.goto(f"{address}/lectures/{stem}.html")
        places = page.locator("[data-model]").all()
        assert places
        for place in places:
            picture = place.get_by_role("img", name="open the notebook in JupyterLab to")
            assert picture.bounding_box()["width"] > 200
            assert picture.bounding_box()["height"] > 30  # one line of a question
        page.close()
    context.close()
