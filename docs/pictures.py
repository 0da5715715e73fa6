"""Takes the pictures of the pages in docs/, light and dark: the board and an ingestion of a real run, in a minute.

Needs Chromium. Run it from the root of the repository: python -m docs.pictures
"""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from benchmarks.ports import HOST
from benchmarks.serving import REAL, serving
from ingest_service.upstreams.fake import FakeUpstream, first, for_ids, ok, slow, status
from ingestctl.client import Client
from ingestctl.models import Priority

FOLDER = Path(__file__).parent
SIZE: ViewportSize = {"width": 1240, "height": 1080}
PATIENCE_MS = 60_000
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Ids that fail once, and one that fails for good.
BEHAVIOUR = for_ids({41_209: first(1, status(503)), 700_342: status(404)}, slow(0.7, ok()))


def submit_all(client: Client) -> str:
    """Submit lists of three teams; return the id of one of them."""
    client.submit(range(700_341, 700_347), Priority.HIGH)
    ingestion_id = client.submit(range(41_208, 41_236), Priority.MEDIUM)
    for begin in range(3_001, 4_000, 100):
        client.submit(range(begin, begin + 20), Priority.LOW)
    return ingestion_id


def await_history(page: Page) -> None:
    """Block until some slots have departed and one is under way."""
    expect(page.locator(".past tbody tr")).to_have_count(4, timeout=PATIENCE_MS)
    expect(page.locator("tr.now .calling").first).to_be_visible(timeout=PATIENCE_MS)


def take(page: Page, name: str) -> None:
    """Write the pictures of what a page shows on the screen."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=FOLDER / f"{name}-{scheme}.png")


def main() -> None:
    """Take the pictures."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        upstream = stack.enter_context(FakeUpstream(3, 2, BEHAVIOUR))
        port, _ = stack.enter_context(
            serving(
                Path(folder) / "ingest.db",
                *REAL,
                INGEST_UPSTREAM_URL=upstream.url,
                INGEST_INTERVAL_SECONDS="4",
            )
        )
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), chromium_sandbox=False)
        page = browser.new_page(viewport=SIZE, timezone_id="Europe/Berlin")
        page.goto(f"http://{HOST}:{port}/")
        ingestion_id = submit_all(stack.enter_context(Client(f"http://{HOST}:{port}")))
        await_history(page)
        take(page, "board")
        page.goto(f"http://{HOST}:{port}/ingestions/{ingestion_id}")
        take(page, "ingestion")
        browser.close()


if __name__ == "__main__":
    main()
