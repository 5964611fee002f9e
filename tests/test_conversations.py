"""Conversations that are asked anew, branched, searched, resumed and written out."""

import json
import re
import threading

import pytest
from answering import ladder_of

from assistant.errors import NotFound
from assistant.ladder import Ladder, ScriptedModel
from assistant.settings import Settings

BASELINE = "What is a quick baseline?"
DRIFT = "What is data drift?"
COSTS = "Which mistake costs more, a miss or a false alarm?"


def talk(assistant, *questions, project="default"):
    """Ask one after the other in one conversation; return its turns."""
    conversation = None
    for question in questions:
        *_, last = assistant.stream(question, conversation=conversation, project=project)
        conversation = last.turn.conversation
    return assistant.turns(conversation, project=project)


def finish(steps):
    *_, last = steps
    return last.turn


def texts(turns):
    return [(turn.question, (turn.answer or {}).get("answer")) for turn in turns]


# -- answers anew


def test_an_answer_made_anew_leaves_the_former_one_to_go_back_to(assistant):
    ladder, model = ladder_of(
        assistant, ["A baseline is a first simple model [1]."], ["It shows what is easy [1]."]
    )
    assistant.answering.use(ladder)
    first, later = talk(assistant, BASELINE, "hello")
    asked = len(model.history)
    second = finish(assistant.retry(first.id, conversation=first.conversation))
    assert len(model.history) == asked + 1
    shown = assistant.turns(first.conversation)
    assert [turn.id for turn in shown] == [first.id, later.id]
    assert (shown[0].version, shown[0].versions) == (2, (1, 2))
    assert shown[0].answer == second.answer

    assistant.choose_version(first.id, 1)
    back = assistant.turns(first.conversation)[0]
    assert (back.version, back.versions, back.answer) == (1, (1, 2), first.answer)
    third = finish(assistant.retry(first.id, conversation=first.conversation))
    now = assistant.turns(first.conversation)[0]
    assert (now.version, now.versions, now.answer) == (3, (1, 2, 3), third.answer)
    assistant.choose_version(first.id, 2)
    assert assistant.turns(first.conversation)[0].answer == second.answer
    with pytest.raises(NotFound):
        assistant.choose_version(first.id, 9)


def test_an_interrupted_retry_loses_nothing_and_is_resumed(assistant):
    (turn,) = talk(assistant, BASELINE)
    steps = assistant.retry(turn.id, conversation=turn.conversation)
    next(steps)
    steps.close()
    (waiting,) = assistant.turns(turn.conversation)
    assert (waiting.answer, waiting.versions) == (None, (1, 2))
    again = assistant.answer_again(turn.id, conversation=turn.conversation)
    assert again.answer is not None
    assert finish(assistant.resume(turn.id, conversation=turn.conversation)).answer == again.answer
    assistant.choose_version(turn.id, 1)
    assert assistant.turns(turn.conversation)[0].answer == turn.answer


def test_a_version_that_was_never_made_is_dropped_by_going_back(assistant):
    (turn,) = talk(assistant, BASELINE)
    next(assistant.retry(turn.id, conversation=turn.conversation))
    assistant.choose_version(turn.id, 1)
    (shown,) = assistant.turns(turn.conversation)
    assert (shown.answer, shown.versions) == (turn.answer, (1,))


def test_a_thumb_belongs_to_the_answer_it_was_given_for(assistant):
    (turn,) = talk(assistant, BASELINE)
    assistant.rate(turn.id, helpful=False)
    finish(assistant.retry(turn.id, conversation=turn.conversation))
    assert assistant.turns(turn.conversation)[0].helpful is None
    assistant.choose_version(turn.id, 1)
    assert assistant.turns(turn.conversation)[0].helpful is False


def test_the_reader_keeps_either_the_models_answer_or_that_from_passages(assistant):
    (turn,) = talk(assistant, BASELINE)
    assert turn.answer["alternative"] is None
    with pytest.raises(NotFound):
        assistant.swap_answer(turn.id)
    model = {**turn.answer, "answer": "As the model has it. [1]", "rung": "server:lab"}
    passages = turn.answer
    owner = assistant.project("default")
    both = {**model, "alternative": passages}
    assistant.store.conversations.answer(owner.id, turn.id, both)
    assistant.swap_answer(turn.id)
    kept = assistant.turns(turn.conversation)[0].answer
    assert (kept["answer"], kept["alternative"]["answer"]) == (passages["answer"], model["answer"])
    assistant.swap_answer(turn.id)
    assert assistant.turns(turn.conversation)[0].answer == both


def test_stopping_ends_a_stream_with_an_answer_that_is_kept(assistant):
    stop = threading.Event()
    ladder, _ = ladder_of(assistant, ["A baseline "])
    assistant.answering.use(ladder)
    stop.set()
    turn = finish(assistant.stream(BASELINE, cancelled=stop))
    assert turn.answer["citations"]
    assert assistant.turns(turn.conversation)[0].answer == turn.answer


def test_a_model_words_a_follow_up_and_what_it_finds_replaces_what_the_rule_found(assistant):
    ladder, model = ladder_of(
        assistant,
        ["A baseline is a first simple model [1]."],
        '{"question": "What is a quick baseline for images?"}',
        ["Start with a pretrained network [1]."],
    )
    assistant.answering.use(ladder)
    first = finish(assistant.stream(BASELINE))
    steps = list(assistant.stream("and for images?", conversation=first.conversation))
    found = [step.event.hits for step in steps if step.event and step.event.kind == "sources"]
    assert len(found) == 2
    assert found[0] != found[1]
    assert "What is a quick baseline for images?" in model.history[-1][-1].content
    assert steps[-1].turn.question == "and for images?"
    assert len(model.history) == 3


def test_a_follow_up_waits_only_so_long_for_better_words(assistant, monkeypatch):
    over = threading.Event()

    class Slow(ScriptedModel):
        def stream(self, *asked, **options):
            over.wait(30)
            yield from super().stream(*asked, **options)

    monkeypatch.setattr("assistant.service.answering.REWRITE_S", 0.1)
    first = finish(assistant.stream(BASELINE))
    model = Slow(["late", "late"])
    assistant.answering.use(Ladder(Settings(home=assistant.settings.home), models=[model]))
    stop = threading.Event()
    for step in assistant.stream(
        "and for images?", conversation=first.conversation, cancelled=stop
    ):
        if step.event is not None and step.event.kind == "extract":
            stop.set()
            over.set()
    assert assistant.turns(first.conversation)[1].answer["citations"]


# -- branches


def test_an_edited_question_is_asked_in_a_branch_that_shares_what_came_before(assistant):
    before = talk(assistant, BASELINE, DRIFT, COSTS)
    edited = finish(
        assistant.edit(before[1].id, "What is label leakage?", conversation=before[0].conversation)
    )
    assert edited.conversation != before[0].conversation
    branch = assistant.turns(edited.conversation)
    assert texts(branch[:1]) == texts(before[:1])
    assert [turn.question for turn in branch] == [BASELINE, "What is label leakage?"]
    assert branch[1].answer is not None
    assert assistant.turns(before[0].conversation) == before
    listed = assistant.conversations()[0]
    assert (listed.id, listed.title) == (edited.conversation, "What is label leakage?")
    assert listed.branch_of == before[0].conversation


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_branch_goes_on_from_any_turn(assistant, place):
    before = talk(assistant, BASELINE, DRIFT, COSTS)
    old = before[0].conversation
    key = assistant.branch(before[place].id, conversation=old)
    assert texts(assistant.turns(key)) == texts(before[: place + 1])
    finish(assistant.stream("hello", conversation=key))
    assert assistant.turns(old) == before
    titles = {one.id: one.title for one in assistant.conversations()}
    assert titles[key] == titles[old]
    # Each of the two lives on without the other.
    assistant.delete_conversation(old)
    assert len(assistant.turns(key)) == place + 2
    assert [one.branch_of for one in assistant.conversations()] == [None]


def test_a_turn_is_only_branched_within_its_own_conversation(assistant):
    (mine,) = talk(assistant, BASELINE)
    (other,) = talk(assistant, DRIFT)
    count = len(assistant.conversations())
    with pytest.raises(NotFound):
        assistant.branch(mine.id, conversation=other.conversation)
    assert len(assistant.conversations()) == count


# -- search


def test_words_are_found_in_questions_and_answers_whatever_case_and_accents(assistant):
    talk(assistant, "Warum ist GRÖSSE wichtig für ein Modell?")
    drift = talk(assistant, DRIFT)
    (found,) = assistant.find_turns("größe MODELL")
    assert found.question.startswith("Warum")
    assert "GRÖSSE" in found.excerpt
    word = re.findall(r"[a-z]{6,}", drift[0].answer["answer"])[-1]
    assert drift[0].id in {hit.turn for hit in assistant.find_turns(word.upper())}
    assert assistant.find_turns("drift absent-word") == []
    assert assistant.find_turns("  ") == []
    assert assistant.find_turns("%") == []


def test_what_a_branch_repeats_is_found_once(assistant):
    (turn,) = talk(assistant, DRIFT)
    key = assistant.branch(turn.id, conversation=turn.conversation)
    assert [hit.turn for hit in assistant.find_turns("drift")] == [turn.id]
    assistant.delete_conversation(turn.conversation)
    assert [hit.conversation for hit in assistant.find_turns("drift")] == [key]


# -- written out


def test_a_conversation_is_written_out_with_its_sources_and_rungs(assistant):
    turns = talk(assistant, BASELINE, "Who won the football world cup in 1998?")
    text = assistant.export_conversation(turns[0].conversation)
    answer = turns[0].answer
    assert text.startswith(f"# {BASELINE}\n")
    assert text.count("## Question") == 2
    assert answer["answer"].split("\n")[0] in text
    for citation in answer["citations"]:
        assert f"\n{citation['marker']}. {citation['title']}" in text
        for entry in citation["references"]:
            assert entry["title"] in text
            assert entry["link"] is None or f"(<{entry['link']}>)" in text
    assert text.count("*Answered by extractive.") == 2


HOSTILE = "![a](http://x.test/a.png) [b](http://x.test) <img src=x> [c]: http://x.test\n# head"


def test_what_others_wrote_is_letters_in_what_is_written_out(assistant):
    from markdown_it import MarkdownIt

    (turn,) = talk(assistant, HOSTILE)
    owner = assistant.project("default")
    citation = {
        "marker": 1, "title": HOSTILE, "heading": "h", "page": 2, "origin": "project",
        "references": [{"title": HOSTILE, "link": "javascript:alert(1)", "year": 1}],
    }  # fmt: skip
    answer = {
        **turn.answer, "answer": f"{HOSTILE}\n\n[x][c] ![x][c]\n\n[c]: http://x.test\n",
        "citations": [citation], "notices": [HOSTILE], "rung_reason": HOSTILE,
    }  # fmt: skip
    assistant.store.conversations.answer(owner.id, turn.id, answer)
    text = assistant.export_conversation(turn.conversation)
    shown = MarkdownIt("commonmark").render(text)
    assert not re.findall(r"<(?:img|a|script)\b", shown)
    assert "your file, page 2" in shown
    json.dumps(text)


def test_what_is_not_answered_yet_is_written_out_as_such(assistant):
    turn = next(assistant.stream(BASELINE)).turn
    assert "*Not answered.*" in assistant.export_conversation(turn.conversation)


# -- one project never reaches into another


def test_conversations_of_another_project_are_out_of_reach(assistant):
    (turn,) = talk(assistant, BASELINE)
    assistant.new_project("other")
    here = {"conversation": turn.conversation, "project": "other"}
    for attempt in (
        lambda: finish(assistant.retry(turn.id, **here)),
        lambda: finish(assistant.edit(turn.id, "Else?", **here)),
        lambda: finish(assistant.resume(turn.id, **here)),
        lambda: assistant.branch(turn.id, **here),
        lambda: assistant.choose_version(turn.id, 2, project="other"),
        lambda: assistant.swap_answer(turn.id, project="other"),
        lambda: assistant.export_conversation(**here),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert assistant.find_turns("baseline", project="other") == []
    assert assistant.conversations(project="other") == []
    assert assistant.turns(turn.conversation) == [turn]


# -- what the project has stated


def test_a_model_is_told_the_facts_that_touch_the_question_and_no_others(assistant):
    project = assistant.new_project("told").name
    assistant.set_fact("data.positives_share", "0.08 %", project=project)
    assistant.set_fact("team.start", "2027-01-04", project=project)
    assistant.set_fact("ml.task", "classification", project=project)
    ladder, model = ladder_of(assistant, ["Accuracy hides rare positives [1]."])
    assistant.answering.use(ladder)
    question = "Which metric fits when the share of positive cases is tiny?"
    finish(assistant.stream(question, project=project))
    told = model.history[-1][-1].content
    assert "Share of positive cases: 0.08 %" in told
    assert "2027" not in told
    assert told.index("begin facts about the project") < told.index("begin question")
