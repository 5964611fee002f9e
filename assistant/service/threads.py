"""Channels and threads of a chat program → their project, and conversations in it.

What Slack, Teams and Mattermost have in common. A channel works in one project, which only an
administrator chooses; a thread belongs to the project that its channel works in now.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from assistant.errors import InputInvalid, NotFound
from assistant.service.addressed import ChatMessage, Meaning, meaning_of
from assistant.service.answering import Step
from assistant.service.conversing import DEFAULT_PROJECT
from assistant.service.talking import Talking
from assistant.store import Binding, ChatThread, Project

# Chat programs resend for an hour at most.
EVENTS_KEPT_S = 24 * 3600.0
# Where a channel of a chat program is opened on the web.
_ADDRESSES = {"slack": "https://slack.com/app_redirect?team={team}&channel={channel}"}
# How many projects of one name are tried before a person's own is given up.
MOST_NAMES = 100


class Threading(Talking, ABC):
    """What a chat program asks for; a part of `Assistant`.

    Ids of channels, threads and people are the program's own, with its name and the workspace in
    front, such as `slack/T1/C1`.
    """

    @abstractmethod
    def new_project(self, name: str) -> Project:
        """Create a project."""

    @abstractmethod
    def stream(
        self,
        question: str,
        *,
        conversation: str | None = None,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        """Ask within a conversation and yield each step."""

    def first_time(self, names: Iterable[str]) -> bool:
        """Claim an event by all its names: True once for all processes, within a day."""
        return self.store.threads.first_time(names, keep_s=EVENTS_KEPT_S)

    # -- channels

    def bind_channel(self, channel: str, project: str, *, by: str = "") -> None:
        """Let a channel work in a project; whether somebody may say so is asked beforehand."""
        if not channel.strip() or len(channel) > 200 or not channel.isprintable():
            raise InputInvalid("This is no channel.", remedy="Give the channel's id.")
        self.store.threads.bind(channel, self.project(project).id, by=by)

    def unbind_channel(self, channel: str) -> None:
        """Take a channel's project away; raise NotFound when it has none."""
        if not self.store.threads.unbind(channel):
            raise NotFound(
                "The channel has no project.", remedy="`scopewright slack bindings` lists them."
            )

    def channel_bindings(self) -> list[Binding]:
        """Every channel that has a project."""
        return self.store.threads.bindings()

    def channel_project(self, channel: str) -> str | None:
        """The project that a channel works in."""
        return self.store.threads.project_of(channel)

    def chat_addresses(self, *, project: str = DEFAULT_PROJECT) -> list[str]:
        """Web addresses that open the channels which work in a project, those bound last first."""
        name = self.project(project).name
        bound = [one for one in self.channel_bindings() if one.project == name]
        bound.sort(key=lambda one: one.bound_at, reverse=True)
        found = []
        for one in bound:
            program, _, place = one.channel.partition("/")
            if program in _ADDRESSES and place.count("/") == 1:
                team, channel = (quote(part, safe="") for part in place.split("/"))
                found.append(_ADDRESSES[program].format(team=team, channel=channel))
        return found

    def own_project(self, channel: str, name: str, *, by: str = "", anew: bool = False) -> str:
        """The project of a channel that one person has to themselves, made at its first use.

        It is never one that was there before, whatever its name. With `anew` another one is made
        and takes its place.
        """
        bound = self.channel_project(channel)
        if bound is not None and not anew:
            return bound
        made = self._unused(name)
        self.store.threads.bind(channel, made.id, by=by)
        return made.name

    def _unused(self, name: str) -> Project:
        taken = {one.name for one in self.store.projects.all()}
        names = [name, *(f"{name} {number}" for number in range(2, MOST_NAMES))]
        return self.new_project(next((one for one in names if one not in taken), name))

    # -- threads

    def chat_thread(self, thread: str) -> ChatThread | None:
        """A known thread of its channel's project."""
        return self.store.threads.thread(thread)

    def open_thread(self, thread: str, *, channel: str, people: Iterable[str] = ()) -> ChatThread:
        """The thread, begun where it is new; raise NotFound when its channel has no project."""
        found = self.store.threads.begin(thread, channel, people)
        if found is None:
            raise NotFound(
                "This channel has no project yet.",
                remedy="An administrator binds it to one.",
                code="channel_unbound",
            )
        return found

    def understand_message(self, thread_id: str, message: ChatMessage) -> Meaning:
        """What a message asks for; whoever writes in a known thread is remembered for it."""
        thread = self.store.threads.thread(thread_id)
        handed = self.store.threads.handed(thread_id, message.person) is not None
        if thread is not None and message.person not in thread.people:
            self.store.threads.join(thread_id, message.person)
            thread = self.store.threads.thread(thread_id)
        catalogue = self.catalogue()
        people_fact = (
            thread is not None
            and thread.fact in catalogue
            and catalogue[thread.fact].type == "people"
        )
        meaning = meaning_of(message, thread, handed=handed, people_fact=people_fact)
        if thread is not None and thread.state == "done" and meaning.intent != "ignore":
            self.store.threads.change(thread_id, state="open")
        return meaning

    def mute_thread(self, thread: str) -> None:
        """Stay silent in a thread unless addressed by name; an interview in it ends."""
        self.store.threads.change(thread, state="muted", kind="", fact="", asker="")

    def close_thread(self, thread: str) -> None:
        """End a thread and its interview; addressing the assistant opens it again."""
        self.store.threads.change(thread, state="done", kind="", fact="", asker="")

    def ask_in_thread(
        self, thread: ChatThread, question: str, *, cancelled: threading.Event | None = None
    ) -> Iterator[Step]:
        """Ask in the conversation that the thread holds, and yield each step."""
        steps = self.stream(
            question,
            conversation=thread.conversation,
            project=thread.project,
            cancelled=cancelled,
        )
        for step in steps:
            if step.event is None and step.turn.conversation != thread.conversation:
                self.store.threads.change(thread.id, conversation_id=step.turn.conversation)
            yield step
