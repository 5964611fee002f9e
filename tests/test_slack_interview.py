"""Interviews in Slack: widgets, words, doubts, hand-offs, open points, the review of answers."""

import json
import re

import pytest
from faults.slack_server import BOT_USER
from slack import PROJECT, QUESTION, element_of, words

FACT = "problem.statement"


@pytest.fixture
def asked(slack):
    """An interview in a thread, standing at a question of the type that is asked for."""

    def at(*types, channel="C1", user="U1", doubted=False):
        fact = next(
            one
            for one in slack.assistant.catalogue()
            if one.type in types and (one.challenge or not doubted)
        )
        slack.command(user, "interview", channel)
        thread = slack.slack.posted(channel)[-1]["thread_ts"]
        slack.say(user, f"edit {fact.id}", channel, thread)
        assert slack.assistant.chat_thread(f"slack/T1/{channel}/{thread}").fact == fact.id
        return thread, fact

    return at


# -- the interview


def test_an_interview_takes_words_and_goes_on(slack, asked):
    thread, fact = asked("long_text", "text")
    before = len(slack.bot_says("C1", thread))
    slack.say(
        "U1", "Riders arrive 12 minutes late on 30 % of trips, by the dispatch log.", "C1", thread
    )
    stated = slack.stated(fact.id)
    assert stated.author == "Ana Lopez"
    assert "dispatch log" in stated.value
    assert len(slack.bot_says("C1", thread)) == before + 1
    # Others may talk, and the assistant may be asked something.
    slack.say("U2", "I do not think so", "C1", thread)
    slack.say("U1", QUESTION, "C1", thread)
    assert "*Sources*" in words(slack.last("C1", thread))
    slack.say("U1", "ask What is data drift?", "C1", thread)
    assert "*Sources*" in words(slack.last("C1", thread))
    assert len(list(slack.assistant.facts(project=PROJECT))) == 1
    slack.say("U1", "undo", "C1", thread)
    assert not list(slack.assistant.facts(project=PROJECT))
    slack.say("U1", "why", "C1", thread)
    slack.say("U1", "don't know", "C1", thread)
    assert slack.stated(fact.id).status == "unknown"
    slack.say("U1", "stop", "C1", thread)
    assert "Stopped" in words(slack.last("C1", thread))
    assert slack.assistant.chat_thread(f"slack/T1/C1/{thread}").kind == ""


def test_a_vague_answer_is_asked_back_about_and_can_be_kept(slack, asked):
    thread, fact = asked("long_text", "text", doubted=True)
    slack.say("U1", "better", "C1", thread)
    message = slack.last("C1", thread)
    assert "🤔" in words(message)
    slack.press("U1", message, "keep")
    stated = slack.stated(fact.id)
    assert stated.value == "better"
    assert "Kept" in stated.note
    assert "kept as it is" in words([m for m in slack.bot_says("C1", thread)][-2])


def test_choices_are_buttons_and_menus(slack, asked):
    thread, fact = asked("choice", "yes_no")
    message = slack.last("C1", thread)
    values = [one.value for one in fact.options] or ["yes", "no"]
    if len(values) <= 5:
        slack.press("U1", message, f"answer/{values[0]}")
    else:
        slack.press("U1", message, "answer/one", selected_option={"value": values[0]})
    stated = slack.stated(fact.id)
    assert stated.value in (values[0], True)
    # The question gives way to its answer, and an old press changes nothing.
    settled = next(m for m in slack.bot_says("C1", thread) if m["ts"] == message["ts"])
    assert "answered (Ana Lopez)" in words(settled)
    count = len(slack.assistant.fact_history(fact.id, project=PROJECT))
    body = {"type": "button", "action_id": "answer/x", "value": values[-1]}
    block = f"q|{fact.id}|0|choose"
    slack.send(
        "interactive", slack.pressed("U2", message, {**body, "block_id": block}, "late-press")
    )
    assert "in the meantime" in json.dumps(slack.bot_says("C1", thread))
    assert len(slack.assistant.fact_history(fact.id, project=PROJECT)) == count


def test_several_choices_are_ticked_and_saved(slack, asked):
    thread, fact = asked("choices")
    message = slack.last("C1", thread)
    slack.press("U1", message, "answer/several")
    assert "Choose something first" in slack.slack.whispers[-1]["text"]
    block, element = element_of(message, "several")
    picked = [{"value": one.value} for one in fact.options[:2]]
    state = {block["block_id"]: {"several": {"selected_options": picked}}}
    slack.press("U1", message, "answer/several", state)
    stated = slack.stated(fact.id)
    assert stated.value == tuple(one.value for one in fact.options[:2])
    assert element["options"]


def test_a_date_is_picked(slack, asked):
    thread, fact = asked("date")
    slack.press("U1", slack.last("C1", thread), "answer/date", selected_date="2027-03-05")
    stated = slack.stated(fact.id)
    assert stated.value.start.isoformat() == "2027-03-05"


def test_a_table_is_filled_in_in_a_form(slack, asked):
    thread, fact = asked("table")
    slack.press("U1", slack.last("C1", thread), "form")
    view = slack.slack.views[-1]["view"]
    assert next(b["block_id"] for b in view["blocks"] if b["type"] == "input").startswith("0|")
    values = {
        f"{row}|{column.name}": {"cell": {"value": f"{column.name} {row}" if row != 1 else None}}
        for row in range(3)
        for column in fact.columns
    }
    slack.submit("U1", view, values)
    stated = slack.stated(fact.id)
    name = fact.columns[0].name
    assert [row[name] for row in stated.value] == [f"{name} 0", f"{name} 2"]
    assert stated.author == "Ana Lopez"


def test_a_form_that_cannot_be_used_gives_the_words_back(slack, asked):
    thread, fact = asked("long_text")
    slack.press("U1", slack.last("C1", thread), "form")
    view = slack.slack.views[-1]["view"]
    slack.submit("U1", view, {"text": {"text": {"value": "   "}}})
    assert slack.stated(fact.id) is None
    slack.submit("U1", view, {"text": {"text": {"value": "Riders wait 12 minutes."}}})
    assert slack.stated(fact.id).value == "Riders wait 12 minutes."


def test_a_question_is_handed_to_a_colleague_in_the_thread(slack, asked):
    thread, fact = asked("long_text")
    slack.say("U1", "<@U2> can you tell?", "C1", thread)
    stated = slack.stated(fact.id)
    assert (stated.status, stated.owner) == ("unknown", "Ben Okoro")
    assert slack.assistant.chat_thread(f"slack/T1/C1/{thread}").fact != fact.id
    slack.say("U2", "Riders wait 12 minutes on 30 % of trips.", "C1", thread)
    stated = slack.stated(fact.id)
    assert (stated.status, stated.author) == ("known", "Ben Okoro")
    assert "<@U1>, Ben Okoro answered" in words(slack.last("C1", thread))
    slack.say("U2", "And nothing more", "C1", thread)
    assert "<@U1>, Ben Okoro answered" in words(slack.last("C1", thread))


def test_from_a_direct_message_a_colleague_is_asked_in_theirs(slack, asked):
    thread, fact = asked("long_text", channel="DU1")
    mine = slack.assistant.channel_project("slack/T1/DU1")
    slack.press("U1", slack.last("DU1", thread), "hand_off", selected_user="U2")
    root = slack.bot_says("DU2")[0]
    assert "<@U1>" in words(root)
    assert fact.question in words(slack.last("DU2", root["ts"]))
    assert mine not in slack.everything("DU2")
    slack.say("U2", "Riders wait 12 minutes on 30 % of trips.", "DU2", root["ts"])
    stated = slack.assistant.facts(project=mine).get(fact.id)
    assert (stated.status, stated.author) == ("known", "Ben Okoro")
    assert "Ben Okoro answered" in words(slack.last("DU1", thread))
    theirs = slack.assistant.channel_project("slack/T1/DU2")
    assert theirs != mine
    assert not list(slack.assistant.facts(project=theirs))
    # What they ask there is of their own project.
    slack.say("U2", "What is a quick baseline?", "DU2", root["ts"])
    assert "*Sources*" in words(slack.last("DU2", root["ts"]))
    assert slack.assistant.conversations(project=mine) == []


def test_the_app_and_oneself_are_no_colleagues(slack, asked):
    thread, fact = asked("long_text")
    message = slack.last("C1", thread)
    for other in (BOT_USER, "U1", "UNKNOWN"):
        slack.press("U1", message, "hand_off", selected_user=other)
        assert "another person" in words(slack.last("C1", thread))
    assert slack.stated(fact.id) is None
    slack.slack.refused.clear()


def test_after_the_last_question_the_documents_are_a_press_away(slack):
    project = slack.assistant.open_example("card-fraud").name
    slack.assistant.bind_channel("slack/T1/C1", project)
    slack.command("U1", "interview")
    thread = slack.last("C1")["thread_ts"]
    question = slack.last("C1", thread)
    # The example contradicts itself on purpose: what is there is kept.
    for _ in range(20):
        if "That was the last question" in words(question):
            break
        assert "So far: *" in words(question)
        slack.press("U1", question, "offer")
        question = slack.last("C1", thread)
    slack.press("U2", question, "document/requirements")
    (shared,) = slack.slack.shared
    assert shared["thread_ts"] == thread
    assert [one["title"] for one in shared["files"]] == [
        "requirements-v1.docx", "requirements-v1.pdf",
    ]  # fmt: skip


# -- open points


def test_words_say_who_finds_out_and_by_when(slack, asked):
    thread, fact = asked("long_text")
    slack.say("U1", "? Ana Ruiz by 15 March 2027", "C1", thread)
    stated = slack.stated(fact.id)
    assert (stated.status, stated.owner, stated.due) == ("unknown", "Ana Ruiz", "2027-03-15")
    assert "Ana Ruiz finds out, by 2027-03-15" in slack.everything("C1")
    slack.say("U1", f"edit {fact.id}", "C1", thread)
    slack.say("U1", "<@U2> can you tell us by May 2027?", "C1", thread)
    stated = slack.stated(fact.id)
    assert (stated.owner, stated.due) == ("Ben Okoro", "2027-05")
    slack.command("U1", "status")
    assert f"{fact.question} (Ben Okoro, by 2027-05)" in slack.slack.replies[-1]["text"]


def save_open_point(slack, message, owner, due):
    slack.press("U1", message, "open_point")
    values = {
        "owner": {"owner": {"selected_user": owner}},
        "due": {"due": {"selected_date": due}},
    }
    slack.submit("U1", slack.slack.views[-1]["view"], values)


def test_a_window_asks_who_finds_out_and_by_when(slack, asked):
    thread, fact = asked("long_text")
    message = slack.last("C1", thread)
    slack.press("U1", message, "unknown")
    standing = slack.assistant.chat_thread(f"slack/T1/C1/{thread}").fact
    (noted,) = (one for one in slack.bot_says("C1", thread) if one["ts"] == message["ts"])
    old = json.loads(json.dumps(noted))
    assert "nobody knows yet" in words(noted)
    save_open_point(slack, noted, None, None)
    assert "nobody knows yet" in words(noted)
    save_open_point(slack, noted, "U2", None)
    assert "Ben Okoro finds out" in words(noted)
    save_open_point(slack, noted, None, "2027-01-15")
    assert "Ben Okoro finds out, by 2027-01-15" in words(noted)
    stated = slack.stated(fact.id)
    assert (stated.owner, stated.due, stated.author) == ("Ben Okoro", "2027-01-15", "Ana Lopez")
    # The interview went on meanwhile, and a window of before is no match for what came after it.
    assert slack.assistant.chat_thread(f"slack/T1/C1/{thread}").fact == standing != fact.id
    save_open_point(slack, old, "U1", None)
    assert "in the meantime" in words(slack.last("C1", thread))
    assert slack.stated(fact.id).owner == "Ben Okoro"


# -- to look through the answers, and what is made of them


def test_the_review_shows_every_answer_and_a_menu_changes_one(slack):
    slack.assistant.answer(FACT, "Riders wait <12> minutes.", project=PROJECT, author="Ana Lopez")
    slack.assistant.dont_know("users.primary", owner="Ben", due="2027-01-15", project=PROJECT)
    slack.command("U1", "review")
    thread = slack.last("C1")["thread_ts"]
    message = slack.last("C1", thread)
    assert f"Riders wait &lt;12&gt; minutes. (Ana Lopez) `{FACT}`" in words(message)
    assert "Ben finds out, by 2027-01-15 (open) `users.primary`" in words(message)
    slack.press("U2", message, "edit/0", selected_option={"value": FACT})
    question = slack.last("C1", thread)
    assert "So far: *Riders wait &lt;12&gt; minutes.*" in words(question)
    slack.say("U2", "Riders wait 15 minutes on 30 % of trips.", "C1", thread)
    stated = slack.stated(FACT)
    assert (stated.value, stated.author) == (
        "Riders wait 15 minutes on 30 % of trips.", "Ben Okoro",
    )  # fmt: skip


def test_an_answer_is_changed_by_its_id_or_label_or_left_as_it_is(slack):
    slack.assistant.answer(FACT, "Riders wait 12 minutes.", project=PROJECT)
    label = slack.assistant.catalogue()[FACT].label
    for name in (FACT, label.upper()):
        slack.command("U1", f"edit {name}")
        question = slack.last("C1")
        assert "So far: *Riders wait 12 minutes.*" in words(question)
        slack.press("U1", question, "leave")
        assert element_of(slack.last("C1", question["thread_ts"]), "skip")
    assert len(slack.assistant.fact_history(FACT, project=PROJECT)) == 1
    slack.command("U1", "edit nothing.of.that")
    assert "There is no question" in words(slack.last("C1"))
    slack.command("U1", "edit")
    assert "Which answer?" in words(slack.last("C1"))


def test_checks_and_gates_name_what_is_wrong_and_lead_to_its_question(slack):
    slack.command("U1", "checks")
    assert "Nothing found" in words(slack.last("C1"))
    contradicting = {
        "evaluation.duration": "2 weeks", "labels.delay": "90 days", "evaluation.online": "ab_test",
    }  # fmt: skip
    for fact, value in contradicting.items():
        slack.assistant.set_fact(fact, value, project=PROJECT)
    (finding, *_) = slack.assistant.check(project=PROJECT)
    slack.command("U1", "check")
    message = slack.last("C1")
    assert f"({finding.rule})" in words(message)
    assert "›" in words(message)
    slack.press("U1", message, "edit")
    asked = slack.assistant.chat_thread(f"slack/T1/C1/{message['thread_ts']}").fact
    assert asked == finding.ask
    slack.assistant.dont_know("users.primary", owner="Ben", due="2027-01-15", project=PROJECT)
    slack.command("U1", "gate launch")
    told = "\n".join(map(words, slack.bot_says("C1", slack.last("C1")["thread_ts"])))
    assert told.startswith("*launch: FAIL*")
    assert f"({finding.rule})" in told
    assert "(Ben, by 2027-01-15)" in told
    slack.command("U1", "gate")
    assert "`requirements`" in words(slack.last("C1"))
    slack.command("U1", "gate moon")
    assert "There is no phase" in words(slack.last("C1"))


def test_no_text_of_ours_has_a_live_mention_but_of_people(slack, asked):
    asked("long_text")
    slack.command("U1", "ask What is a quick baseline?")
    live = re.findall(r"<(?!@U\d>|http)[^>]*>", slack.everything("C1"))
    assert live == []
