"""How far an interview is → a line with a bar, and a list of its sections."""

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
    rows = "".join(
        f'<li class="{"sw-full" if one.answered >= one.applicable else ""}">'
        f"<span>{plain_html(one.title)}</span>"
        f"<span>{one.answered}/{one.applicable}</span></li>"
        for one in progress.sections
        if one.applicable
    )
    return sanitise(
        f'<div class="sw-sections"><h3>{plain_html(say("progress.sections"))}</h3>'
        f"<ol>{rows}</ol></div>"
    )


def bar_html(done: int, whole: int, name: str = "") -> str:
    """Draw a bar; sanitise what it becomes part of."""
    said = plain_html(name or say("progress.name"))
    return f'<progress aria-label="{said}" value="{done}" max="{max(whole, 1)}"></progress>'
