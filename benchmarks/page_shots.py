"""Pictures of the page as a browser shows it: page_shots.py OUT URL; those in docs/img were made with it.

Needs chromium, chromedriver, fonts of all scripts (Debian: fonts-noto-core, fonts-noto-cjk). Two widths, light and dark
pictures; `--only NAME` takes some, `--all` those too that the docs do not show.
"""

import argparse
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

SHOWN = Path(__file__).parents[1] / "docs" / "img"
SHOTS = (
    # name, path, width, height, dark
    ("page-events", "/events", 1100, 900, False),
    ("page-event", "/events/{event}", 1100, 1500, False),
    ("page-event-dark", "/events/{event}", 1100, 1000, True),
    ("page-event-phone", "/events/{event}", 390, 1300, False),
    ("page-events-phone", "/events?q=musk", 390, 900, False),
    ("page-story", "/stories/{story}", 1100, 1100, False),
    ("page-watchlist", "/watchlist", 1100, 900, False),
    ("page-feeds", "/feeds", 1100, 800, False),
    ("page-feeds-phone-dark", "/feeds", 390, 800, True),
    ("page-query", "/queries/entity_by_day", 1100, 1000, False),
    ("page-query-dark", "/queries/widest_events", 1100, 900, True),
    ("page-queries", "/queries", 1100, 900, False),
)


def browser(width: int, height: int, dark: bool) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    # a headless window is never narrower than 500: the device is told instead
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    return driver


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("url")
    parser.add_argument("--event", default="10")
    parser.add_argument("--story", default="1")
    parser.add_argument("--only", default="")
    parser.add_argument("--all", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, path, width, height, dark in SHOTS:
        if args.only not in name or not (args.all or args.only or (SHOWN / f"{name}.png").exists()):
            continue
        driver = browser(width, height, dark)
        try:
            driver.get(args.url.rstrip("/") + path.format(event=args.event, story=args.story))
            shot = args.out / f"{name}.png"
            driver.save_screenshot(str(shot))
            Image.open(shot).convert("RGB").quantize(64).save(shot, optimize=True)  # a third of the bytes
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            print(name, f"{wide} wide" if wide > width else "fits")
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
