"""The interview in a thread: answers from words and widgets, doubts, hand-offs to colleagues."""

from collections.abc import Callable
from functools import partial

from assistant import ChatThread, Handoff, InterviewStep, Question, StatedFact, UserFixable
from assistant.channels.slack_bot.answers import problem
from assistant.channels.slack_bot.blocks import (
    Block,
    actions,
    button,
    context,
    mention,
    section,
)
from assistant.channels.slack_bot.house import House, is_direct
from assistant.channels.slack_bot.markup import escape, plain
from assistant.channels.slack_bot.poster import Place, SlackFailed
from assistant.channels.slack_bot.questions import Asked, question_blocks, step_blocks
from assistant.channels.slack_bot.review import open_words

HOW = (
    "I ask one question at a time; write your answers here. `skip`, `don't know`, `why`, `undo`, "
    "`review` and `stop` work too; `? Ana Ruiz by 15 March 2027` says who finds out. `ask …` asks "
    "me something, and mentioning a colleague asks them instead."
)
TYPED = 600


def begin(house: House, place: Place, thread: ChatThread, user: str, kind: str) -> None:
    """Interview a person from the question that is worth most now."""
    step = house.assistant.begin_interview(thread, person=house.person_id(user), kind=kind)
    page = house.page_link("Go on in the page", thread.project, "interview")
    blocks = [section(f"Interview for *{escape(thread.project)}*."), *context(f"{HOW} {page}")]
    house.poster.post(place, [*blocks, *_standing(house, step)])


def _standing(house: House, step: InterviewStep) -> list[Block]:
    """Where an interview stands; at its end the documents are a press away."""
    if step.question is not None:
        return step_blocks(step)
    kinds = house.assistant.document_kinds()
    row = [button(title, f"document/{kind}", kind) for kind, title in kinds.items()]
    return [*step_blocks(step), actions(row)]


def edit(house: House, place: Place, thread: ChatThread, user: str, fact: str) -> None:
    """Put the question of an earlier answer again; raise NotFound when there is none."""
    if not fact:
        house.poster.say(place, "Which answer? `review` lists them; then `edit users.primary`.")
        return
    step = house.assistant.edit_in_thread(thread, fact, person=house.person_id(user))
    house.poster.post(place, _standing(house, step))


def leave(house: House, place: Place, thread: ChatThread, user: str) -> None:
    """Leave an earlier answer as it is, and go on with the interview."""
    person = thread.asker or house.person_id(user)
    step = house.assistant.begin_interview(thread, person=person, kind=thread.kind)
    house.poster.post(place, _standing(house, step))


def go_on(house: House, place: Place, thread: ChatThread, step: InterviewStep) -> None:
    """Show what an answer led to."""
    if thread.kind or step.challenge:
        house.poster.post(place, _standing(house, step))
    else:
        house.poster.say(place, "Saved. The interview was stopped; `interview` goes on with it.")


def take(
    house: House,
    place: Place,
    thread: ChatThread,
    user: str,
    raw: object,
    asked: Asked | None = None,
) -> bool:
    """Store an answer of the person who is interviewed, or say why not; True when it was."""
    author = house.poster.name_of(user)

    def answer() -> InterviewStep:
        if asked is None:
            return house.assistant.answer_in_thread(thread, raw, author=author)
        return house.assistant.answer_in_thread(
            thread, raw, author=author, fact=asked.fact, event=asked.event
        )

    return steer(house, place, thread, answer, said=raw)


def steer(
    house: House,
    place: Place,
    thread: ChatThread,
    act: Callable[[], InterviewStep],
    *,
    said: object = "",
) -> bool:
    """Do something with the question and go on; a problem is told with what was typed."""
    try:
        step = act()
    except UserFixable as error:
        house.poster.post(place, refusal(error, said))
        if error.code == "fact_conflict" and thread.kind:
            go_on(house, place, thread, house.assistant.ask_again(thread))
        return False
    go_on(house, place, thread, step)
    return step.challenge is None


def refusal(error: UserFixable, said: object) -> list[dict[str, object]]:
    """Why an answer was not stored, with its words, so that nobody types them again."""
    blocks = [section(problem(error))]
    if isinstance(said, str) and said.strip():
        blocks += context(f"You wrote: {escape(plain(said, TYPED))}")
    return blocks


def leave_open(
    house: House,
    place: Place,
    thread: ChatThread,
    user: str,
    *,
    fact: str = "",
    owner: str = "",
    due: str = "",
    show: Callable[[list[Block]], object] | None = None,
) -> None:
    """Record that nobody knows yet and who finds out by when, `show` it, and go on."""

    def record() -> InterviewStep:
        step = house.assistant.dont_know_in_thread(
            thread, author=house.poster.name_of(user), fact=fact, owner=owner, due=due
        )
        if step.stored is not None:
            blocks = open_point_blocks(house, step.stored)
            (show or partial(house.poster.post, place))(blocks)
        return step

    steer(house, place, thread, record)


def open_point_blocks(house: House, stated: StatedFact) -> list[Block]:
    """What nobody knows yet, with a button for what is left to say about it."""
    label = house.assistant.catalogue()[stated.fact_id].label
    line = section(f"*{escape(label)}*: {escape(open_words(stated))} ({escape(stated.author)})")
    if stated.owner and stated.due:
        return [line]
    ask = button("Who finds out, and by when?", "open_point", f"{stated.fact_id}|{stated.event}")
    return [line, actions([ask])]


def why(house: House, place: Place, question: Question) -> None:
    """Say why a question is asked, with where it is written."""
    lines = [
        f"*{escape(one.title)}* › {escape(one.heading)}\n{escape(one.text)}" for one in question.why
    ]
    house.poster.say(place, "\n\n".join(lines) or "No article says more about this question.")


# -- to others


def hand_off(
    house: House,
    place: Place,
    thread: ChatThread,
    user: str,
    colleague: str,
    fact: str,
    *,
    due: str = "",
) -> bool:
    """Ask a colleague instead, and go on with the next question; True when they were asked."""
    name = _colleague(house, user, colleague)
    if name is None:
        house.poster.say(place, "I can hand a question to another person of this workspace.")
        return False
    where = place
    try:
        if is_direct(place.channel):
            where = _door_of(house, colleague, user)
        answered_in = house.open_thread(where, colleague)
        question, step = house.assistant.hand_off(
            thread,
            answered_in,
            fact=fact,
            person=house.person_id(colleague),
            name=name,
            author=house.poster.name_of(user),
            due=due,
        )
    except SlackFailed as error:
        house.poster.say(place, f"I cannot reach {escape(name)} ({escape(error.code)}).")
        return False
    except UserFixable as error:
        house.poster.say(place, problem(error))
        return False
    asks = f"{mention(colleague)}, {mention(user)} asks you to answer this:"
    house.poster.post(where, [section(asks), *question_blocks(question, for_asker=False)])
    if where != place:
        house.poster.say(place, f"I have asked {escape(name)} and will tell you the answer.")
    go_on(house, place, thread, step)
    return True


def _colleague(house: House, user: str, colleague: str) -> str | None:
    """The name of somebody who can be asked: a person of this workspace, not the asker."""
    if colleague in (user, house.bot_user):
        return None
    try:
        found = house.poster.look_up("users.info", user=colleague)["user"]
    except SlackFailed:
        return None
    foreign = found.get("team_id", house.team) != house.team
    if found.get("is_bot") or found.get("deleted") or foreign:
        return None
    return house.poster.name_of(colleague)


def _door_of(house: House, colleague: str, user: str) -> Place:
    """A new thread in the direct conversation with a colleague."""
    channel = house.poster.direct_channel(colleague)
    ts = house.poster.say(
        Place(channel),
        f"{mention(user)} would like an answer from you; please reply in the thread.",
    )
    return Place(channel, ts)


def take_handed(house: House, place: Place, handoff: Handoff, user: str, raw: object) -> bool:
    """Store a colleague's answer under their name and tell who asked; True when it is done."""
    name = house.poster.name_of(user)
    try:
        told = house.assistant.answer_handed(handoff, raw, author=name)
    except UserFixable as error:
        house.poster.post(place, refusal(error, raw))
        return False
    label = house.assistant.catalogue()[handoff.fact].label
    if told.step.challenge:
        house.poster.say(
            place, f"🤔 {escape(told.step.challenge)} Write it again as it is to keep it."
        )
        return False
    asker = handoff.asker.rpartition("/")[2]
    origin = house.place_of(handoff.origin)
    news = f"{mention(asker)}, {escape(name)} answered “{escape(label)}”: {escape(told.shown)}"
    if origin != place:
        house.poster.say(place, f"Thank you. I have told {mention(asker)}.")
    house.poster.say(origin, news)
    return True
