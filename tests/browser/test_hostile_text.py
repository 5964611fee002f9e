"""Text that wants to be run, fetched or drawn, through every field: it stays letters everywhere."""

import json
import re
from urllib.parse import quote

import pytest

from tests.browser.conftest import settle
from ui.markup import visible

pytestmark = pytest.mark.browser

# Each would leave a mark in the window, open a dialog, or ask a host that is not ours.
OURS = (
    '"><img src=x onerror="window.__xss=1">',
    "<svg/onload=window.__xss=2>",
    "<script>window.__xss=3</script>",
    "[press](javascript:window.__xss=4)",
    "![picture](http://attacker.test/a.png)",
    '<iframe srcdoc="<script>parent.__xss=5</script>"></iframe>',
    "{{7*7}} ${7*7} $x^2$ :material/home: **bold** `code`",
)
SHORT = " ".join(OURS[:5])
NAME = '<img src=x onerror="window.__xss=6"> ![p](http://attacker.test/b.png) *n* $a$'
TYPED = 19_000
EVERY_BLNS = 4

LOOK = """() => {
  const found = [];
  if (window.__xss !== undefined) found.push(`ran: ${window.__xss}`);
  for (const one of document.querySelectorAll("*")) {
    for (const {name, value} of one.attributes) {
      if (name.startsWith("on")) found.push(`handler: ${one.outerHTML.slice(0, 120)}`);
      if (name === "style" && value.includes("attacker.test")) found.push(`style: ${value}`);
      if (["src", "href", "srcset", "action", "data", "poster"].includes(name)) {
        const to = URL.canParse(value, location.href) ? new URL(value, location.href) : null;
        if (!to || to.protocol === "javascript:" || to.host.includes("attacker"))
          found.push(`leads out: ${one.outerHTML.slice(0, 120)}`);
      }
    }
  }
  if (document.querySelector("iframe, object, embed, .katex")) found.push("foreign element");
  return found;
}"""


# What is written there, and what stands in fields.
READ = """(one) => [one.textContent, ...[...one.querySelectorAll("input, textarea")]
  .map((field) => field.value)].join("\\n")"""


@pytest.fixture(scope="module")
def strings(request):
    """Payloads of ours, and all that the shared folder adds where it is there."""
    folder = request.config.rootpath.parent / "shared" / "attacks"
    lines = list(OURS)
    for name in ("xss.txt", "ssti.txt"):
        if (path := folder / "payloads" / name).is_file():
            lines += path.read_text(encoding="utf-8").splitlines()
    if (path := folder / "blns" / "blns.json").is_file():
        lines += json.loads(path.read_text(encoding="utf-8"))[::EVERY_BLNS]
    return [line for line in lines if line.strip()]


@pytest.fixture(scope="module")
def long_text(strings):
    text = "\n".join(strings)
    return text[:TYPED].rpartition("\n")[0] if len(text) > TYPED else text


@pytest.fixture(scope="module")
def file_names(request):
    path = request.config.rootpath.parent / "shared" / "attacks" / "payloads" / "filenames.txt"
    kept = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    usable = [name for name in kept if name.endswith(".md") and "/" not in name][:8]
    return ["<img src=x onerror=window.__xss=7> ![f](http:attacker.test).md", *usable]


def squeezed(text):
    return re.sub(r"\s+", "", visible(text))


def nothing_ran(page):
    settle(page)
    assert page.evaluate(LOOK) == []


def shows(page, *texts, within=".stApp"):
    """Each text is on the page letter by letter, and nothing of it is more than letters."""
    nothing_ran(page)
    shown = squeezed(page.locator(within).first.evaluate(READ))
    assert [text for text in texts if squeezed(text) not in shown] == []


def at_question(page, fact):
    page.goto(page.address_of("interview", q=fact, k="all"))
    page.locator(".st-key-question").wait_for()
    settle(page)


def save(page, fact, text):
    at_question(page, fact)
    field = page.locator(f'[class*="answer-{fact.replace(".", "-")}"] :is(textarea, input)').last
    field.fill(text)
    press_save(page, fact)


def press_save(page, fact):
    """Save and wait for the next question, or for what is said about this answer."""
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function(
        """fact => !document.querySelector(`[class*="answer-${fact}"]`)
        || document.querySelector(".sw-problem, .st-key-question .sw-box-warm")""",
        arg=fact.replace(".", "-"),
    )
    nothing_ran(page)


@pytest.fixture
def page(open_page, page_server):
    page = open_page("/")
    page.address_of = lambda place, **more: (
        f"{page_server.address}/{place}?"
        + "&".join(f"{key}={quote(value)}" for key, value in {"p": NAME, **more}.items())
    )
    return page


def test_what_is_typed_anywhere_is_shown_and_never_run(page, strings, long_text, file_names):
    _brief(page)
    _interview(page, long_text)
    _answers(page, strings, long_text)
    _documents(page)
    for place in ("readiness", "plans", ""):
        page.goto(page.address_of(place))
        page.locator(".stMain h1").first.wait_for()
        shows(page, NAME)
    # Help is drawn as Markdown by Streamlit.
    page.locator(".st-key-start-brief").get_by_test_id("stTooltipHoverTarget").last.hover()
    page.get_by_test_id("stTooltipContent").filter(has_text="attacker").wait_for()
    shows(page, NAME, within="[data-testid=stTooltipContent]")
    page.get_by_role("combobox", name="Project").first.click()
    page.get_by_role("option", name="<img").wait_for()
    nothing_ran(page)
    _chat(page)
    _knowledge(page, file_names)


def _brief(page):
    page.get_by_label("Your text").fill(
        "\n\n".join(f"Our budget is EUR 120,000 {one} and that is all." for one in OURS)
    )
    page.locator(".st-key-start-brief").get_by_role("textbox", name="Project").fill(NAME)
    page.get_by_role("button", name="Read it").click()
    page.locator(".sw-quote").first.wait_for()
    shows(page, NAME)
    assert "EUR 120,000" in page.locator(".sw-quote").first.inner_text()
    page.get_by_role("button", name="Accept all").click()
    page.locator(".st-key-question").wait_for()
    nothing_ran(page)


def _interview(page, long_text):
    page.get_by_role("textbox", name="Your name").fill(SHORT[:120])
    page.get_by_role("textbox", name="Your name").press("Enter")
    save(page, "problem.statement", long_text)
    save(page, "scope.in", "\n".join(OURS))
    for fact in ("users.primary", "success.owner", "users.count", "success.horizon",
                 "plan.deadline", "data.positives_share"):  # fmt: skip
        save(page, fact, SHORT[:80] if fact == "plan.deadline" else SHORT)
    at_question(page, "problem.cost_today")
    page.get_by_role("textbox", name="Reason or detail").fill(SHORT)
    page.locator('[class*="answer-problem-cost_today"] input').first.fill("30000")
    press_save(page, "problem.cost_today")
    at_question(page, "data.owner")
    page.get_by_role("button", name="Don't know").click()
    page.get_by_label("Who finds out?").fill(SHORT[:200])
    page.get_by_role("button", name="Note it and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-data-owner]')")
    at_question(page, "stakeholders.list")
    table = page.locator(".st-key-question canvas").first
    table.wait_for()
    box = table.bounding_box()
    page.mouse.dblclick(box["x"] + 120, box["y"] + 52)
    page.locator("#portal textarea").fill(SHORT)
    page.keyboard.press("Enter")
    # Drafts of other questions may be there too: this table's must have come.
    page.wait_for_function(
        """() => Object.entries(localStorage).some(
            ([name, kept]) => name.endsWith("stakeholders.list") && kept.includes("onerror")
        )"""
    )
    nothing_ran(page)
    press_save(page, "stakeholders.list")


def _answers(page, strings, long_text):
    page.goto(page.address_of("interview", v="answers", k="all"))
    page.locator(".sw-item-value").first.wait_for()
    kept = [line for line in strings if line in long_text]
    shows(page, *kept, SHORT, within=".stMain")
    page.locator(".st-key-item-users-primary").get_by_role("button", name="Edit").click()
    editor = page.locator(".st-key-answer-editor")
    editor.get_by_label("Your answer").fill(f"mended {SHORT}")
    editor.get_by_role("button", name="Save").click()
    page.locator(".sw-item-value", has_text="mended").wait_for()
    page.locator(".st-key-item-users-primary").get_by_role("button", name="Edit").click()
    editor.get_by_text("History (2)").click()
    shows(page, f"mended {SHORT}", within=".st-key-answer-editor")
    page.get_by_label("Search", exact=True).fill(OURS[0])
    page.get_by_label("Search", exact=True).press("Enter")
    nothing_ran(page)


def _documents(page):
    page.goto(page.address_of("documents", k="requirements"))
    page.locator(".sw-paper h2").first.wait_for()
    shows(page, *OURS[:5], within=".sw-paper")
    page.get_by_text("Edit by hand").click()
    page.locator('[class*="st-key-mend-"]').get_by_role("button", name="Edit").first.click()
    page.get_by_label("Text", exact=True).fill(f"by hand: {SHORT}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("by hand:").first.wait_for()
    page.get_by_text("Edit by hand").click()
    page.get_by_label("Compare").click()
    page.get_by_role("option", name="with version 1").click()
    page.locator(".sw-change ins", has_text="by hand").first.wait_for()
    nothing_ran(page)


def _chat(page):
    page.goto(page.address_of("chat"))
    box = page.get_by_label("Ask about scoping an ML project")
    box.fill(f"Our budget is EUR 90,000. What is label leakage? {SHORT}")
    box.press("Enter")
    page.get_by_role("radio", name="Thumbs up").wait_for()
    shows(page, SHORT, within=".sw-question")
    page.get_by_label("Search conversations").fill(OURS[0])
    page.get_by_label("Search conversations").press("Enter")
    nothing_ran(page)


def _knowledge(page, file_names):
    page.goto(page.address_of("knowledge"))
    words = page.get_by_label("Search the articles")
    words.fill(SHORT)
    words.press("Enter")
    page.locator(".st-key-hits, .sw-nothing").first.wait_for()
    nothing_ran(page)
    page.goto(page.address_of("knowledge", v="files"))
    page.locator("input[type=file]").set_input_files(
        [
            {"name": name, "mimeType": "", "buffer": f"# {name}\n\n{SHORT} {at}".encode()}
            for at, name in enumerate(file_names)
        ]
    )
    page.locator(".sw-report").wait_for()
    nothing_ran(page)
    assert page.locator(".st-key-upload-report").inner_text().count("\n") >= len(file_names) - 1
    assert "attacker" in page.locator(".sw-report").inner_text()
