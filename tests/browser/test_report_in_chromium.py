"""The HTML report in a real browser, from disk: Debian's Chromium without a screen, where it is installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

selenium = pytest.importorskip("selenium")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

from sim import study  # noqa: E402
from sim.measure.statistics import Estimate  # noqa: E402
from sim.outputs import words  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed: report not tried in a browser"
    ),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of selenium's own sockets
]
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1280,900",
)  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "quickstart"
    study.compare(
        study.Request(
            "quickstart", replications=4, workers=1, out=folder, command="afterleak compare", engine="reference"
        )
    )
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory, results) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, results):
    browser.get((results / "report.html").as_uri())
    return browser


def press(page, what: str) -> None:
    """Click on something that may be out of sight."""
    found = page.find_element(By.CSS_SELECTOR, what)
    page.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found)
    found.click()


def background(page) -> str:
    return page.execute_script("return getComputedStyle(document.body).backgroundColor")


def shown(page, table: str) -> list[str]:
    rows = page.find_elements(By.CSS_SELECTOR, f"#{table} tbody tr:not(.group)")
    return [row.find_element(By.TAG_NAME, "th").text for row in rows if row.is_displayed()]


def test_nothing_is_asked_of_anybody_and_nothing_is_complained_about(page, results):
    assert page.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}
    asked = {address for address in asked if not address.startswith(("chrome:", "data:"))}  # the browser's own tab
    assert asked == {(results / "report.html").as_uri()}


def test_numbers_on_the_screen_are_those_of_the_summary(page, results):
    told = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    cells = page.find_elements(By.CSS_SELECTOR, "#compared tr[data-metric=exposure_window_hours] td")
    assert len(cells) == len(told["strategies"])
    for cell, metrics in zip(cells, told["strategies"].values(), strict=True):
        expected = metrics["exposure_window_hours"]["estimate"]
        assert float(cell.get_attribute("data-best")) == expected
        found = Estimate(*(metrics["exposure_window_hours"][key] for key in ("low", "estimate", "high")))
        assert cell.text.replace(" ↓", "").split("\n")[:2] == list(words.parts(found, "h"))


def test_the_theme_switches_and_is_remembered(page):
    light = background(page)
    button = page.find_element(By.ID, "theme")
    assert button.text == "Dark"
    ink = "return getComputedStyle(document.querySelector('#chart-survival text')).fill"
    before = page.execute_script(ink)
    button.click()
    assert (background(page) != light, button.text) == (True, "Light")
    assert page.execute_script(ink) != before
    page.refresh()
    assert background(page) != light
    page.find_element(By.ID, "theme").click()
    assert background(page) == light


def test_the_system_theme_is_followed(browser, page):
    page.execute_script("localStorage.clear()")
    page.refresh()
    light = background(page)
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    assert background(page) != light
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_metric_sorts_the_strategies_and_back(page):
    def heads() -> list[str]:
        return [one.text.split("\n")[0] for one in page.find_elements(By.CSS_SELECTOR, "#compared thead th")][1:]

    def numbers() -> list[float]:
        found = page.find_elements(By.CSS_SELECTOR, "#compared tr[data-metric=standing_hours] td")
        return [float(one.get_attribute("data-best")) for one in found]

    before = dict(zip(heads(), numbers(), strict=True))
    for descending in (False, True):
        press(page, "#compared tr[data-metric=standing_hours] th button")
        assert numbers() == sorted(before.values(), reverse=descending)
        assert dict(zip(heads(), numbers(), strict=True)) == before


def test_rows_are_found_and_sorted(page):
    everything = shown(page, "compared")
    field = page.find_element(By.CSS_SELECTOR, "[data-filter=compared]")
    field.send_keys("blast radius, r")
    some = shown(page, "compared")
    assert 0 < len(some) < len(everything)
    assert all("blast radius, r" in one.lower() for one in some)
    field.clear()
    press(page, "[data-differing=compared]")
    assert 0 < len(shown(page, "compared")) < len(everything)
    page.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    given = shown(page, "given")
    press(page, "#given thead th button")
    assert shown(page, "given") == page.execute_script(
        "return arguments[0].sort((a, b) => a.localeCompare(b, 'en', {numeric: true}))", given
    )
    press(page, "[data-only=given]")
    assumptions = page.find_elements(By.CSS_SELECTOR, "#given tr[data-kind=assumption]")
    assert len(shown(page, "given")) == len(assumptions) < len(given)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_width_scrolls_the_page_sideways(browser, page, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    page.refresh()
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_print_unfolds_everything_and_breaks_no_figure(browser, page):
    page.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert page.execute_script("return document.querySelectorAll('details:not([open])').length") == 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not page.find_element(By.TAG_NAME, "nav").is_displayed()
    assert page.execute_script("return getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    drawn = page.find_elements(By.CSS_SELECTOR, ".drawing svg")
    assert max(one.size["height"] for one in drawn) < 297 / 25.4 * 96  # an A4 page, in CSS pixels
    assert browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    page.execute_script("dispatchEvent(new Event('afterprint'))")
    assert page.execute_script("return document.querySelectorAll('details:not([open])').length") > 0
