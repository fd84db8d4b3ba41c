"""The page in a real browser: headless Chromium, a real server, keyboard, widths, and not one broken policy.

Skipped only where no Chromium and driver are installed (Debian: `apt-get install chromium chromium-driver`), and said.
"""

import shutil
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
import sqlalchemy as sa
import uvicorn

from pipeline import store
from pipeline.core.text import url as urls
from pipeline.settings import load
from pipeline.store import tables as t
from pipeline.web import create_app
from tests.newsroom import Newsroom
from tests.web.conftest import NOW, TOKEN, Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

PAGES = (
    "/events",
    "/events?q=xai",
    "/events/1",
    "/stories/1",
    "/watchlist",
    "/feeds",
    "/queries",
    "/queries/widest_events",
)


@contextmanager
def running(url: str, token: str | None = None) -> Iterator[str]:
    """A real server on a free port over a store."""
    settings = load(database_url=url, web_token=token, encoder="none", log_format="quiet")
    app = create_app(settings, lambda: NOW, hosts=("127.0.0.1",))
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def served(lite: Site) -> Iterator[str]:
    """The seeded store, served."""
    with running(lite.url, TOKEN) as base:
        yield base


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium without a window; its console is kept, so that a refused resource or script is seen."""
    if not (CHROMIUM and DRIVER):
        text = "NO BROWSER: chromium and chromium-driver are not installed; the page was not tried in a browser"
        warnings.warn(text, stacklevel=1)
        pytest.skip(text)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


def width(browser, pixels: int, dark: bool = False) -> None:  # type: ignore[no-untyped-def]
    """Give the window a width that a desktop window could not have."""
    metrics = {"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": pixels < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def complaints(browser) -> list[str]:  # type: ignore[no-untyped-def]
    """Give what the browser's console holds against the last page."""
    return [entry["message"] for entry in browser.get_log("browser")]


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_break_no_policy(served: str, browser, path: str) -> None:  # type: ignore[no-untyped-def]
    """Rule: on a phone nothing hangs over the edge, every picture loads, and the console is empty."""
    for pixels in (360, 1100):
        width(browser, pixels)
        browser.get(served + path)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= pixels
        broken = browser.execute_script(
            "return [...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.src)"
        )
        assert broken == []
        assert complaints(browser) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_screen_reader_finds_its_way(served: str, browser, path: str) -> None:  # type: ignore[no-untyped-def]
    """Rule: one h1, no level of heading left out, landmarks, names for every control and picture, unique ids."""
    width(browser, 1100)
    browser.get(served + path)
    levels = browser.execute_script("return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    assert browser.execute_script("return document.querySelectorAll('main, header.top, nav, footer').length") >= 4
    nameless = browser.execute_script(
        "return [...document.querySelectorAll('input:not([type=hidden]), select, button, img, a')].filter(e => "
        "!(e.getAttribute('aria-label') || e.alt || e.textContent.trim() || (e.labels && e.labels.length)))"
        ".map(e => e.outerHTML)"
    )
    assert nameless == []
    ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert browser.execute_script("return document.documentElement.lang") == "en"


def until(browser, what) -> None:  # type: ignore[no-untyped-def]
    """Wait for what a key set going: a browser answers it in its own time."""
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 10, 0.05, [WebDriverException]).until(lambda _: what())


def test_the_keyboard_alone(served: str, browser) -> None:  # type: ignore[no-untyped-def]
    """Rule: the first tab reaches the skip link, what has the focus shows it, and search works by Enter."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    width(browser, 1100)
    browser.get(f"{served}/events")
    ActionChains(browser).send_keys(Keys.TAB).perform()
    focused = browser.switch_to.active_element
    assert focused.get_attribute("class") == "skip"
    assert focused.rect["y"] >= 0, "the skip link is seen when it has the focus"
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    field = browser.find_element("id", "q")
    field.send_keys("Memphis", Keys.ENTER)
    until(browser, lambda: "q=Memphis" in browser.current_url)
    until(browser, lambda: len(browser.find_elements("css selector", ".events > li")) == 1)
    link = browser.find_element("css selector", ".events h2 a")
    link.send_keys(Keys.ENTER)
    until(browser, lambda: browser.current_url.endswith("/events/2"))
    until(browser, lambda: browser.find_elements("css selector", ".stories summary"))
    summary = browser.find_element("css selector", ".stories summary")
    assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", summary) == "none"
    browser.execute_script("arguments[0].focus({focusVisible: true})", summary)
    assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", summary) == "solid"
    summary.send_keys(Keys.ENTER)
    assert browser.find_element("css selector", ".stories details").get_attribute("open") is not None


@pytest.mark.parametrize("dark", [False, True])
def test_contrast(served: str, browser, dark: bool) -> None:  # type: ignore[no-untyped-def]
    """Rule: WCAG AA: text stands out from what is behind it by 4.5 to 1, by day and by night."""
    width(browser, 1100, dark)
    poor = []
    for path in PAGES:
        browser.get(served + path)
        for fore, back, text in browser.execute_script(_COLOURS):
            if _contrast(fore, back) < 4.5:
                poor.append((path, text, fore, back))
    assert poor == []
    page = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (_light(page) < 0.1) is dark


_COLOURS = """
const found = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join('');
  if (!own || !e.checkVisibility()) continue;
  let b = e;
  while (b && getComputedStyle(b).backgroundColor === 'rgba(0, 0, 0, 0)') b = b.parentElement;
  found.push([getComputedStyle(e).color, getComputedStyle(b || document.body).backgroundColor, own.slice(0, 40)]);
}
return found;
"""


def _light(colour: str) -> float:
    parts = [float(x) / 255 for x in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def test_right_to_left_titles(sqlite_url: str, browser) -> None:  # type: ignore[no-untyped-def]
    """Rule: a title runs as its own script does, and never turns the line around it; and no title runs a script."""
    newsroom = Newsroom(sqlite_url)
    nasty = "<img src=x onerror=document.title='hit'><script>document.title='hit'</script>"
    event = newsroom.event([newsroom.story("ar"), newsroom.story("he"), newsroom.story("en", nasty)])
    with running(sqlite_url) as base:
        width(browser, 1100)
        browser.get(f"{base}/events/{event}")
        for tag in ("ar", "he"):
            title = browser.find_element("css selector", f".title[lang='{tag}']")
            assert browser.execute_script("return getComputedStyle(arguments[0]).direction", title) == "rtl"
            words = "const r = document.createRange(); r.selectNodeContents(arguments[0])"
            at_right = (
                f"{words}; return arguments[0].getBoundingClientRect().right - r.getBoundingClientRect().right < 2"
            )
            assert browser.execute_script(at_right, title), "a right-to-left title stands at the right"
        around = browser.find_element("css selector", ".stories li")
        assert browser.execute_script("return getComputedStyle(arguments[0]).direction", around) == "ltr"
        assert browser.title != "hit"
        assert nasty in browser.find_element("tag name", "h1").text
        assert complaints(browser) == []


def test_an_analyst_corrects(sqlite_url: str, browser) -> None:  # type: ignore[no-untyped-def]
    """Rule: sign in, tick a story, split it out, see it said: by hand in a browser, with the real policy."""
    newsroom = Newsroom(sqlite_url)
    one = newsroom.event([newsroom.story("en"), newsroom.story("fr", "Une autre affaire")])
    with store.begin(sqlite_url) as db:  # corrections go by identity, which must be that of the address
        for r in db.execute(sa.select(t.stories.c.id, t.stories.c.canonical_url)).all():
            db.execute(sa.update(t.stories).where(t.stories.c.id == r.id).values(url_hash=urls.key(r.canonical_url)))
    with running(sqlite_url, TOKEN) as base:
        width(browser, 1100)
        browser.get(f"{base}/events/{one}")
        browser.find_element("link text", "Sign in to correct").click()
        until(browser, lambda: browser.find_element("id", "token"))
        browser.find_element("id", "name").send_keys("Ana")
        browser.find_element("id", "token").send_keys(TOKEN)
        browser.find_element("css selector", "form.sheet button").click()
        until(browser, lambda: not browser.find_elements("id", "token"))
        browser.get(f"{base}/events/{one}")
        assert "Ana" in browser.find_element("css selector", ".desk").text
        browser.find_elements("css selector", "input[name=story]")[1].click()
        browser.find_element("id", "split-note").send_keys("another deal")
        browser.find_element("xpath", "//button[.='Split']").click()
        until(browser, lambda: "taken out" in browser.find_element("css selector", "[role=status]").text)
        assert len(browser.find_elements("css selector", ".stories > li")) == 1
        assert complaints(browser) == []
