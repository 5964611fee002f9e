"""A key → what the page says, in one catalogue for each language; English is complete."""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    # shell
    "title": "Scopewright",
    "lead": "Decide whether a machine-learning project is worth doing, with an answer you can "
    "check: every sentence leads to a passage, every passage to its sources.",
    "page.chat": "Chat",
    # the door, when the page is open to others
    "door.key": "Access key",
    "door.help": "The person who runs this page has set it as SCOPEWRIGHT_ACCESS_KEY.",
    "door.enter": "Enter",
    "door.wrong": "This is not the key. Check it for spaces and try again.",
    # first start
    "start.first": "Reading the knowledge base. This happens once, mostly in under half a minute.",
    "start.texts": "{count} texts read",
    "start.again": "Try again",
    # conversation
    "ask.placeholder": "Ask about scoping an ML project",
    "ask.starters": "Where people begin",
    "ask.looking": "Looking it up …",
    "ask.again": "Ask again",
    "ask.unanswered": "This question has no answer yet. It was kept; ask it again.",
    "ask.unsent": "Not answered",
    "answer.refused": "No answer in the sources",
    "answer.next": "Next",
    "answer.sources": "Sources",
    "answer.copy": "Copy answer",
    "answer.copied": "Copied",
    "answer.attempts": "Why other models did not answer",
    "answer.removed": "What was removed, and why",
    "answer.keep_passages": "Keep the passages' answer",
    "answer.show_model": "Show the model's answer",
    "answer.versions": "Versions of this answer",
    "answer.version": "Version {number}",
    "removed.cause": "The source does not say that one causes the other.",
    "removed.name": "It names something that the source does not name.",
    "removed.negation": "It denies what the source says, or says what the source denies.",
    "removed.no_marker": "It names no source.",
    "removed.not_similar": "No source says this.",
    "removed.number": "Its number is not the source's.",
    "removed.opposite": "It says the opposite of the source.",
    "removed.order": "It turns round what the source says.",
    "removed.strength": "It claims more than the source does.",
    "removed.unit": "Its unit is not the source's.",
    # an answer being made
    "live.sources": "Looking in",
    "live.checking": "Being checked against the sources",
    "live.stop": "Stop",
    # what can be done with a turn
    "turn.more": "More",
    "turn.again": "Answer again",
    "turn.edit": "Edit the question",
    "turn.edit.help": "The new wording is asked in a branch; this conversation stays as it is.",
    "turn.edit.field": "Question",
    "turn.edit.ask": "Ask in a branch",
    "turn.branch": "Branch from here",
    "turn.branched": "A branch: what you ask now leaves the other conversation as it is.",
    "answer.rated": "Thank you, kept with this question.",
    # citations
    "source.mark": "Source {marker}: {title}",
    "source.close": "Close",
    "source.knowledge": "Curated article",
    "source.project": "Your file",
    "source.project.page": "Your file, page {page}",
    "source.references": "References",
    "source.unverified": "Not checked: the words used were not found in this passage.",
    # conversations
    "chats": "Conversations",
    "chats.new": "New conversation",
    "chats.none": "Your conversations will be listed here.",
    "chats.more": "Older conversations",
    "chats.branch": "Branch: {title}",
    "chats.search": "Search conversations",
    "chats.search.nothing": "No question or answer has all these words.",
    "chats.export": "Export as Markdown",
    "chats.delete": "Delete this conversation",
    "chats.delete.sure": "Its questions and answers are deleted for good.",
    # projects
    "project": "Project",
    "project.new": "New project",
    "project.name": "Name of the project",
    "project.create": "Create",
    # models
    "models": "Models",
    "models.lead": "Asked in this order; the first that answers writes the answer.",
    "models.looking": "Asking each model …",
    "models.answers": "answers",
    "models.ready": "ready",
    "models.off": "not in use",
    "models.refresh": "Look again",
    # files
    "files": "Files of this project",
    "files.add": "Add files",
    "files.kinds": "pdf, docx, pptx, html, md, txt; up to 50 MB each",
    "files.reading": "Reading {name} ({number} of {total}) …",
    "files.none": "Add your brief, notes or slides, and ask about them too.",
    "files.taken": "{name}: added, {passages}",
    "files.taken.version": "{name}: version {version}, {passages}",
    "files.taken.same": "{name}: already here, nothing changed",
    "files.held": "{held} held back, see below",
    "files.rejected": "{name} was not added",
    "files.dismiss": "Hide this report",
    "files.passage": "1 passage",
    "files.passages": "{count} passages",
    "files.version": "version {version}",
    "files.warnings": "Noticed while reading",
    "files.held.one": "1 passage held back from answers",
    "files.held.many": "{count} passages held back from answers",
    "files.released": "Released: takes part in answers",
    "files.release": "Release",
    "files.release.help": "Let these passages take part in answers",
    "files.hold": "Hold back again",
    "files.older": "Earlier versions, kept for old answers: {versions}",
    "files.delete": "Delete file",
    "files.delete.sure": "The file and its {count} passages leave answers at once and for good.",
    "delete": "Delete",
    # refusals
    "error.code": "Code: {code}",
}

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}


def say(key: str, /, *, language: str = "en", **values: object) -> str:
    """Return the words for `key`; English where the language has none; raise KeyError without.

    >>> say("source.project.page", page=3), say("delete", language="xx")
    ('Your file, page 3', 'Delete')
    """
    words = CATALOGUES.get(language, ENGLISH).get(key) or ENGLISH[key]
    return words.format(**values) if values else words


def count_passages(count: int) -> str:
    """Say how many passages.

    >>> count_passages(1), count_passages(1200)
    ('1 passage', '1,200 passages')
    """
    return say("files.passage") if count == 1 else say("files.passages", count=f"{count:,}")
