"""What clients of OpenAI's chat API send and read, as far as it means something here."""

import time
import uuid
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from assistant import Exchanged
from assistant.channels.http_api.problems import Refusal

LADDER, EXTRACTIVE = "scopewright", "scopewright-extractive"
MODELS = (LADDER, EXTRACTIVE)
LONGEST_QUESTION = 32_000
MOST_MESSAGES = 1_000


class TextPart(BaseModel):
    """A part of a message; only text can be read here."""

    type: str = Field(examples=["text"])
    text: str = ""


class ChatMessage(BaseModel):
    """One message. Those of `system`, `developer` and `tool` change nothing here."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    def words(self) -> str:
        """The text of the message; raise Refusal for pictures, sound and files."""
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        strange = [part.type for part in self.content if part.type != "text"]
        if strange:
            raise Refusal(
                400,
                "unsupported_content",
                "Only text can be read in messages.",
                "Leave out pictures and sound; send files to /v1/projects/{project}/files.",
            )
        return "\n".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    """What a stream carries besides the answer."""

    include_usage: StrictBool = False


class ResponseFormat(BaseModel):
    """Answers are Markdown text; nothing else can be asked for."""

    type: Literal["text"]


class ChatRequest(BaseModel):
    """A conversation that the client keeps; the last message is the question.

    Fields that are not listed, such as `temperature`, `max_tokens` or `tools`, are read and mean
    nothing: how an answer is made, is set for the whole installation.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": LADDER,
                    "messages": [{"role": "user", "content": "What is a baseline?"}],
                    "stream": False,
                }
            ]
        }
    )

    model: str = Field(
        max_length=200,
        description=f"`{LADDER}`: the models of the settings. `{EXTRACTIVE}`: no model.",
        examples=[LADDER],
    )
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: StrictBool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    response_format: ResponseFormat | None = None

    def question(self) -> str:
        """The last message; raise Refusal when it asks nothing."""
        last = self.messages[-1]
        words = last.words()
        if last.role != "user" or not words.strip():
            raise Refusal(
                400,
                "no_question",
                "The last message must be the user's, and have words in it.",
                'End with {"role": "user", "content": "…"}.',
            )
        if len(words.encode("utf-8", "replace")) > LONGEST_QUESTION:
            raise Refusal(
                413,
                "too_large",
                f"A question may have {LONGEST_QUESTION:,} bytes.",
                "Ask more shortly, or send long texts to /v1/projects/{project}/files.",
            )
        return words

    def history(self) -> list[Exchanged]:
        """The questions before, each with the answer that followed it."""
        found: list[Exchanged] = []
        asked = ""
        for message in self.messages[:-1]:
            if message.role == "user":
                asked = message.words()
            elif message.role == "assistant" and asked:
                found.append(Exchanged(asked, message.words()))
                asked = ""
        return found

    def wants_usage(self) -> bool:
        """Whether the stream ends with a count of tokens."""
        return self.stream_options is not None and self.stream_options.include_usage


def checked_model(name: str) -> str:
    """The model of that name; raise Refusal."""
    if name not in MODELS:
        raise Refusal(
            404,
            "model_not_found",
            "There is no such model here.",
            f"Use one of {', '.join(MODELS)}.",
        )
    return name


def extension(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer has beyond its text; standard clients read over it."""
    names = (
        "citations", "rung", "rung_reason", "refused", "notices", "suggestions", "confidence",
        "attempts", "removed", "unknown_markers", "incomplete",
    )  # fmt: skip
    return {name: answer[name] for name in names}


class Writer:
    """Gives the parts of one completion their form."""

    def __init__(self, model: str) -> None:
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }

    def chunk(
        self, delta: dict[str, Any], finish: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """A part of a stream."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **more}

    def aside(self, kind: str, **values: Any) -> dict[str, Any]:
        """A part that only clients of this API understand."""
        return self.chunk({}, scopewright={"kind": kind, **values})

    def answer(self, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The checked answer in paragraphs, and then what belongs to it."""
        paragraphs = str(answer["answer"]).split("\n\n")
        for place, paragraph in enumerate(paragraphs):
            last = place + 1 == len(paragraphs)
            yield self.chunk({"content": paragraph if last else f"{paragraph}\n\n"})
        final = {"kind": "final", **extension(answer)}
        yield self.chunk({}, finish_reason(answer), scopewright=final)

    def usage(self, usage: dict[str, int]) -> dict[str, Any]:
        """The count of tokens at the end of a stream."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": usage}

    def whole(self, answer: dict[str, Any], usage: dict[str, int]) -> dict[str, Any]:
        """An answer that is not streamed."""
        message = {"role": "assistant", "content": answer["answer"], "refusal": None}
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": finish_reason(answer),
            "logprobs": None,
        }
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
            "scopewright": extension(answer),
        }


def finish_reason(answer: dict[str, Any]) -> str:
    """`stop` for a whole answer, `length` for one that was cut."""
    return "length" if answer["incomplete"] else "stop"
