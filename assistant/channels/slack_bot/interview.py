"""The interview in a thread: answers from words and widgets, doubts, hand-offs to colleagues."""

from collections.abc import Callable

from assistant import ChatThread, Handoff, InterviewStep, Question, UserFixable
from assistant.channels.slack_bot.answers import problem
from assistant.channels.slack_bot.blocks import context, mention, section
from assistant.channels.slack_bot.house import House, is_direct
from assistant.channels.slack_bot.markup import escape, plain
from assistant.channels.slack_bot.poster import Place, SlackFailed
from assistant.channels.slack_bot.questions import Asked, question_blocks, step_blocks

HOW = (
    "I ask one question at a time; write your answers here. `skip`, `don't know`, `why`, `undo` "
    "and `stop` work too. `ask …` asks me something, and mentioning a colleague asks them instead."
)
TYPED = 600


def begin(house: House, place: Place, thread: ChatThread, user: str, kind: str) -> None:
    """Interview a person from the question that is worth most now."""
    step = house.assistant.begin_interview(thread, person=house.person_id(user), kind=kind)
    page = house.page_link("Go on in the page", thread.project, "interview")
    blocks = [section(f"Interview for *{escape(thread.project)}*."), *context(f"{HOW} {page}")]
    house.poster.post(place, [*blocks, *step_blocks(step)])


def go_on(house: House, place: Place, thread: ChatThread, step: InterviewStep) -> None:
    """Show what an answer led to."""
    if thread.kind or step.challenge:
        house.poster.post(place, step_blocks(step))
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


def why(house: House, place: Place, question: Question) -> None:
    """Say why a question is asked, with where it is written."""
    lines = [
        f"*{escape(one.title)}* › {escape(one.heading)}\n{escape(one.text)}" for one in question.why
    ]
    house.poster.say(place, "\n\n".join(lines) or "No article says more about this question.")


# -- to others


def hand_off(
    house: House, place: Place, thread: ChatThread, user: str, colleague: str, fact: str
) -> None:
    """Ask a colleague instead, and go on with the next question."""
    name = _colleague(house, user, colleague)
    if name is None:
        house.poster.say(place, "I can hand a question to another person of this workspace.")
        return
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
        )
    except SlackFailed as error:
        house.poster.say(place, f"I cannot reach {escape(name)} ({escape(error.code)}).")
        return
    except UserFixable as error:
        house.poster.say(place, problem(error))
        return
    asks = f"{mention(colleague)}, {mention(user)} asks you to answer this:"
    house.poster.post(where, [section(asks), *question_blocks(question, for_asker=False)])
    if where != place:
        house.poster.say(place, f"I have asked {escape(name)} and will tell you the answer.")
    go_on(house, place, thread, step)


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
