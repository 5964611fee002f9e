"""Which messages of a thread are meant for the assistant, decided for every chat program."""

from dataclasses import replace

import pytest

from assistant import ChatMessage, ChatThread
from assistant.service.addressed import meaning_of

THREAD = ChatThread("t", "c", "p", None, "open", frozenset({"u1"}), "", "", "", 0)
INTERVIEW = replace(THREAD, kind="tdd", asker="u1", fact="ml.task", people=frozenset({"u1", "u2"}))


@pytest.mark.parametrize(
    ("thread", "message", "intent"),
    [
        (None, ChatMessage("u1", "What is drift?"), "ignore"),
        (None, ChatMessage("u1", "What is drift?", mentioned=True), "question"),
        (None, ChatMessage("u1", "", mentioned=True), "help"),
        (THREAD, ChatMessage("u1", "And why?"), "question"),
        (THREAD, ChatMessage("u1", "And why?", others=("u2",)), "ignore"),
        (THREAD, ChatMessage("u2", "And why?"), "ignore"),
        (THREAD, ChatMessage("u1", "skip"), "question"),
        (THREAD, ChatMessage("u1", "Mute."), "mute"),
        (THREAD, ChatMessage("u1", "interview tdd"), "interview"),
        (THREAD, ChatMessage("u1", "document"), "document"),
        (THREAD, ChatMessage("u1", "Document the model, how?"), "question"),
        (THREAD, ChatMessage("u1", "", attached=True), "help"),
        (replace(THREAD, state="muted"), ChatMessage("u1", "And why?"), "ignore"),
        (replace(THREAD, state="muted"), ChatMessage("u1", "Why?", mentioned=True), "question"),
        (replace(THREAD, state="done"), ChatMessage("u1", "And why?"), "ignore"),
        (INTERVIEW, ChatMessage("u1", "ranking"), "answer"),
        (INTERVIEW, ChatMessage("u1", "What is drift?", mentioned=True), "question"),
        (INTERVIEW, ChatMessage("u1", "ask what is drift?"), "question"),
        (INTERVIEW, ChatMessage("u1", "Skip"), "skip"),
        (INTERVIEW, ChatMessage("u1", "I don’t know."), "dont_know"),
        (INTERVIEW, ChatMessage("u1", "stop"), "stop"),
        (INTERVIEW, ChatMessage("u1", "Ben?", others=("u2",)), "hand_off"),
        (INTERVIEW, ChatMessage("u2", "ranking"), "ignore"),
        (INTERVIEW, ChatMessage("u1", "review"), "review"),
        (INTERVIEW, ChatMessage("u1", "= review"), "answer"),
        (INTERVIEW, ChatMessage("u1", "edit users.primary"), "edit"),
        (INTERVIEW, ChatMessage("u1", "Edit the claims by hand"), "answer"),
        (INTERVIEW, ChatMessage("u1", "I don't know how many, about 40"), "answer"),
        (INTERVIEW, ChatMessage("u1", "Don’t know: Ana Ruiz"), "dont_know"),
        (THREAD, ChatMessage("u1", "checks"), "checks"),
        (THREAD, ChatMessage("u1", "gate design"), "gate"),
        (THREAD, ChatMessage("u1", "edit users.primary"), "edit"),
        (THREAD, ChatMessage("u1", "= review"), "question"),
        (INTERVIEW, ChatMessage("u2", "What is drift?", mentioned=True), "question"),
    ],
)
def test_what_a_message_means(thread, message, intent):
    assert meaning_of(message, thread, handed=False, people_fact=False).intent == intent


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("? Ana Ruiz by 15 March 2027", "Ana Ruiz", "15 March 2027"),
        ("? by May 2027.", "", "May 2027"),
        ("don't know: the team of Ana by the end of May", "the team of Ana", "the end of May"),
        ("I don't know: Ruby Day", "Ruby Day", ""),
        ("?", "", ""),
    ],
)
def test_who_finds_out_and_by_when(text, owner, due):
    found = meaning_of(ChatMessage("u1", text), INTERVIEW, handed=False, people_fact=False)
    assert (found.intent, found.text, found.due) == ("dont_know", owner, due)


@pytest.mark.parametrize(
    ("text", "due"), [("Ben, by May 2027?", "May 2027"), ("Ben wrote it by hand", ""), ("Ben?", "")]
)
def test_a_question_is_handed_over_with_a_date(text, due):
    message = ChatMessage("u1", text, others=("u2",))
    found = meaning_of(message, INTERVIEW, handed=False, people_fact=False)
    assert (found.intent, found.person, found.due) == ("hand_off", "u2", due)


def test_a_colleague_answers_what_was_handed_to_them():
    message = ChatMessage("u2", "ranking")
    assert meaning_of(message, INTERVIEW, handed=True, people_fact=False).intent == "handed"


def test_a_person_may_be_the_answer():
    message = ChatMessage("u1", "Ben Okoro", others=("u2",))
    assert meaning_of(message, INTERVIEW, handed=False, people_fact=True).intent == "answer"
    asked = replace(message, text="ask Ben Okoro")
    found = meaning_of(asked, INTERVIEW, handed=False, people_fact=True)
    assert (found.intent, found.person) == ("hand_off", "u2")


def test_a_channel_that_gets_another_project_leaves_its_threads(assistant):
    assistant.new_project("a")
    assistant.new_project("b")
    assistant.bind_channel("c", "a")
    thread = assistant.open_thread("c/1", channel="c", people=["u1"])
    assistant.begin_interview(thread, person="u1", kind="tdd")
    assert assistant.chat_thread("c/1").kind == "tdd"
    assistant.bind_channel("c", "b")
    assert assistant.chat_thread("c/1") is None
    again = assistant.open_thread("c/1", channel="c")
    assert (again.project, again.kind, again.conversation) == ("b", "", None)
    assistant.delete_project("b")
    assert assistant.channel_project("c") is None
    assert assistant.channel_bindings() == []


def test_the_page_can_lead_back_to_the_channels_of_a_project(assistant):
    assistant.new_project("a")
    assistant.new_project("b")
    for channel, project in (("C1", "a"), ("C2", "b"), ("DU1", "a"), ("C&3", "a")):
        assistant.bind_channel(f"slack/T1/{channel}", project)
    assistant.bind_channel("another/T1/C4", "a")
    address = "https://slack.com/app_redirect?team=T1&channel="
    assert sorted(assistant.chat_addresses(project="a")) == [
        f"{address}C%263", f"{address}C1", f"{address}DU1",
    ]  # fmt: skip
    assert assistant.chat_addresses() == []


def test_an_event_is_claimed_once_under_any_of_its_names(assistant):
    assert assistant.first_time(["event-1", "c:1"])
    assert not assistant.first_time(["event-2", "c:1"])
    assert not assistant.first_time(["event-1"])
    assert assistant.store.threads.first_time(["event-1"], keep_s=-1)
