"""How far an interview is → a line with a bar, and a list of its sections or documents."""

from collections.abc import Iterable

from assistant import Progress
from ui.markup import plain_html, sanitise
from ui.words import say


def progress_html(progress: Progress) -> str:
    """Say how far the interview is, in a line and a bar."""
    left = progress.to_first_draft
    if left == 0:
        words = say("progress.draft.done")
    else:
        words = say("progress.draft.one") if left == 1 else say("progress.draft", count=left)
    done = say("progress.done", answered=progress.answered, applicable=progress.applicable)
    return sanitise(
        f'<div class="sw-progress" role="status"><p><strong>{plain_html(words)}</strong> '
        f"<span>{plain_html(done)}</span></p>{bar_html(progress.answered, progress.applicable)}"
        "</div>"
    )


def sections_html(progress: Progress) -> str:
    """List the sections that have questions, with how many are answered."""
    rows = ((one.title, one.answered, one.applicable) for one in progress.sections)
    return _list_html("progress.sections", rows)


def documents_html(documents: Iterable[tuple[str, Progress]]) -> str:
    """List documents by title, with how many of the questions of each are answered."""
    rows = ((title, one.answered, one.applicable) for title, one in documents)
    return _list_html("progress.documents", rows)


def _list_html(head: str, counted: Iterable[tuple[str, int, int]]) -> str:
    rows = "".join(
        f'<li class="{"sw-full" if answered >= applicable else ""}">'
        f"<span>{plain_html(title)}</span><span>{answered}/{applicable}</span></li>"
        for title, answered, applicable in counted
        if applicable
    )
    return sanitise(
        f'<div class="sw-sections"><h3>{plain_html(say(head))}</h3><ol>{rows}</ol></div>'
    )


def bar_html(done: int, whole: int, name: str = "") -> str:
    """Draw a bar; sanitise what it becomes part of."""
    said = plain_html(name or say("progress.name"))
    return f'<progress aria-label="{said}" value="{done}" max="{max(whole, 1)}"></progress>'
