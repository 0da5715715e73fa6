"""The form of a submission, as a person uses it."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.watched import WatchedPage
from tests.processes.client import Client

SUBMIT = "/board/submit"
INGESTION = re.compile(r"/ingestions/([0-9a-f-]{36})(?:#submitted)?$")
# As long as a test takes, nothing leaves but the first slot.
UNHURRIED = {"INGEST_INTERVAL_SECONDS": "600"}
REFUSED = "Failed to load resource"


class Form:
    """The form on a page that shows it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = page.get_by_label("Ids", exact=True)
        self.found = page.get_by_role("status")
        self.plan = page.get_by_role("region", name="When it would run")
        self.submit: Locator = self.plan.get_by_role("button", name="Submit")
        self.trouble = page.locator("#refused, #failed").filter(visible=True)

    def ask(self) -> None:
        """Ask for the dry run."""
        self.page.get_by_role("button", name="See when it would run").click()

    def plan_for(self, text: str, priority: str = "MEDIUM") -> None:
        """Write ids and block until the dry run is shown."""
        self.text.fill(text)
        self.page.get_by_label(priority).check()
        self.ask()
        expect(self.plan).to_be_visible()

    def submitted(self) -> str:
        """Block until the browser has gone to the page of the ingestion, and return its id."""
        expect(self.page).to_have_url(INGESTION)
        found = INGESTION.search(self.page.url)
        assert found is not None
        return found[1]

    def drop(self, name: str, content: str, encoding: str = "utf-8") -> None:
        """Drop a file onto the page."""
        self.page.evaluate(
            """([name, content]) => {
                const dataTransfer = new DataTransfer();
                dataTransfer.items.add(new File([Uint8Array.from(content)], name));
                for (const kind of ["dragover", "drop"])
                    document.getElementById("drop").dispatchEvent(
                        new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
            }""",
            [name, list(content.encode(encoding))],
        )

    def paste(self, text: str) -> None:
        """Paste a text into the field."""
        self.page.evaluate(
            """(text) => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                document.getElementById("text").dispatchEvent(
                    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }""",
            text,
        )


def listed(client: Client) -> list[dict[str, Any]]:
    """Return all ingestions, the newest first."""
    return list(client.ask("GET", "/ingestions").content["ingestions"])


def ids_of(client: Client, ingestion_id: str) -> list[int]:
    """Return the ids of an ingestion."""
    return [one for batch in client.status(ingestion_id)["batches"] for one in batch["ids"]]


def forgive(page: WatchedPage) -> None:
    """Take back that the browser complains of answers that refuse something."""
    assert [one for one in page.complaints if REFUSED not in one] == []
    page.complaints.clear()
