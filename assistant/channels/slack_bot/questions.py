"""A question of the interview → Slack's own widgets; what was chosen in them → an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant import Fact, InterviewStep, Question
from assistant.channels.slack_bot.blocks import (
    BUTTON_TEXT,
    MOST_CHECKBOXES,
    MOST_OPTIONS,
    Block,
    actions,
    button,
    context,
    option,
    plain_text,
    section,
    sections,
)
from assistant.channels.slack_bot.markup import escape, plain

MOST_BUTTONS = 5
YES_NO = (("yes", "Yes"), ("no", "No"))
FORMS = ("table", "long_text", "list")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which question a widget belongs to: its fact, and the project's last change then."""

    fact: str
    event: int

    def block_id(self, part: str) -> str:
        """A block's id that says so."""
        return f"q|{self.fact}|{self.event}|{part}"


def asked_in(block_id: str) -> Asked | None:
    """The question that a block belongs to.

    >>> asked_in("q|ml.task|7|choose")
    Asked(fact='ml.task', event=7)
    """
    mark, _, rest = block_id.partition("|")
    parts = rest.split("|")
    if mark != "q" or len(parts) != 3 or not parts[1].isdigit():
        return None
    return Asked(parts[0], int(parts[1]))


# -- to ask


def step_blocks(step: InterviewStep, *, for_asker: bool = True) -> list[Block]:
    """Where an interview stands after an answer: what it changed, and the next question."""
    notices = [f"_{escape(one)}_" for one in step.notices]
    blocks = context("\n".join(notices)) if notices else []
    if step.question is None:
        return [*blocks, section(f"That was the last question. {escape(step.progress.line)}.")]
    if step.challenge:
        blocks.append(section(f"🤔 {escape(step.challenge)}"))
        asked = Asked(step.question.fact.id, step.question.event)
        keep = button("Keep it as it is", "keep", asked.fact)
        return [*blocks, actions([keep], asked.block_id("keep"))]
    blocks += question_blocks(step.question, for_asker=for_asker)
    return [*blocks, *context(escape(step.progress.line))]


def question_blocks(question: Question, *, for_asker: bool = True) -> list[Block]:
    """A question with its widget; who was handed it has no buttons to steer the interview."""
    fact = question.fact
    asked = Asked(fact.id, question.event)
    hints = [escape(one) for one in (fact.help, f"Example: {fact.example}" * bool(fact.example))]
    blocks = [
        *sections(f"*{escape(fact.question)}*"),
        *context("\n".join(one for one in hints if one)),
    ]
    if question.contradiction:
        blocks += context(f"⚠️ {escape(question.contradiction)}")
    blocks += _offer(question, asked)
    blocks += _widget(fact, asked)
    row = [button("Don't know", "unknown", fact.id)]
    if for_asker:
        row.insert(0, button("Skip", "skip", fact.id))
        row += [
            button("Why?", "why", fact.id),
            {
                "type": "users_select",
                "action_id": "hand_off",
                "placeholder": plain_text("Ask a colleague", BUTTON_TEXT),
            },
            button("Stop", "stop", fact.id),
        ]
    return [*blocks, actions(row, asked.block_id("steer"))]


def _offer(question: Question, asked: Asked) -> list[Block]:
    """What is known or suggested, to agree to by one button; a chosen question may be left."""
    if question.offered is None:
        return []
    if question.reason == "chosen" and question.known_text:
        line = f"So far: *{escape(plain(question.known_text, 300))}*."
        leave = button("Leave it", "leave", question.fact.id)
        return [section(line), actions([leave], asked.block_id("offer"))]
    suggested = question.suggestion
    if suggested is not None and question.offered == suggested.data:
        line = f"Suggested: *{escape(plain(suggested.text, 300))}*. {escape(suggested.because)}"
        agree = button(f"Take: {suggested.text}", "offer", question.fact.id, style="primary")
    else:
        line = f"So far: *{escape(plain(question.known_text, 300))}*."
        agree = button(f"Keep: {question.known_text}", "offer", question.fact.id)
    return [section(line), actions([agree], asked.block_id("offer"))]


def _widget(fact: Fact, asked: Asked) -> list[Block]:
    if fact.type == "choices":
        return _several(fact, asked)
    if fact.type in ("choice", "yes_no"):
        return [actions(_one_of(_choices(fact)), asked.block_id("choose"))]
    if fact.type == "date":
        picker = {"type": "datepicker", "action_id": "answer/date"}
        return [
            actions([picker], asked.block_id("date")),
            *context("Or write it here, such as “March 2027”."),
        ]
    if fact.type in FORMS:
        form = button("Answer in a form", "form", fact.id)
        more = [] if fact.type == "table" else context("Or write it here.")
        return [actions([form], asked.block_id("form")), *more]
    return context("Write your answer here.")


def _choices(fact: Fact) -> list[tuple[str, str]]:
    if fact.type == "yes_no":
        return list(YES_NO)
    return [(one.value, one.label) for one in fact.options]


def _one_of(choices: list[tuple[str, str]]) -> list[Block]:
    if len(choices) <= MOST_BUTTONS:
        return [button(label, f"answer/{value}", value) for value, label in choices]
    options = [option(label, value) for value, label in choices[:MOST_OPTIONS]]
    return [
        {
            "type": "static_select",
            "action_id": "answer/one",
            "placeholder": plain_text("Choose", BUTTON_TEXT),
            "options": options,
        }
    ]


def _several(fact: Fact, asked: Asked) -> list[Block]:
    options = [option(one.label, one.value) for one in fact.options[:MOST_OPTIONS]]
    save = button("Save", "answer/several", fact.id, style="primary")
    if len(options) <= MOST_CHECKBOXES:
        boxes = {"type": "checkboxes", "action_id": "several", "options": options}
        return [actions([boxes, save], asked.block_id("several"))]
    menu = {
        "type": "multi_static_select",
        "action_id": "several",
        "placeholder": plain_text("Choose all that apply", BUTTON_TEXT),
        "options": options,
    }
    chooser = {**section("Choose all that apply:"), "accessory": menu}
    return [
        {**chooser, "block_id": asked.block_id("several")},
        actions([save], asked.block_id("save")),
    ]


def chosen(action: Mapping[str, Any], state: Mapping[str, Any]) -> object:
    """The answer that a widget gives; a list of values for several, None when nothing was chosen.

    >>> chosen({"type": "button", "action_id": "answer/no", "value": "no"}, {})
    'no'
    """
    if action["action_id"] == "answer/several":
        picked = [
            one["value"]
            for block in state.values()
            for one in (block.get("several") or {}).get("selected_options") or ()
        ]
        return picked or None
    if action["type"] == "datepicker":
        return action.get("selected_date")
    if action["type"] == "static_select":
        return (action.get("selected_option") or {}).get("value")
    return action.get("value")
