"""What every request of one server shares."""

import os
import re
import threading
from dataclasses import dataclass, field

import anyio

from assistant import Assistant
from assistant.channels.http_api.access import Keyring
from assistant.channels.http_api.hosts import known_names
from assistant.channels.http_api.limits import Buckets, Slots
from assistant.channels.http_api.metrics import Figures
from assistant.channels.http_api.repeats import Repeats

WRONG_KEYS_PER_MINUTE = 30
# Reading files keeps a process busy each; more at once only wait for each other.
UPLOADS_AT_ONCE = 2


@dataclass
class House:
    """The service and what the channel counts; made inside the event loop's thread."""

    assistant: Assistant
    keyring: Keyring
    names: frozenset[str]
    requests: Buckets
    wrong_keys: Buckets
    answers: Slots
    uploads: anyio.CapacityLimiter
    upload_bytes: int
    turns: threading.Semaphore
    repeats: Repeats
    figures: Figures = field(default_factory=Figures)
    ready: bool = False
    addresses_of_answers: tuple[re.Pattern[str], ...] = ()


def build_house(assistant: Assistant) -> House:
    """Set up what the settings say."""
    settings = assistant.settings
    return House(
        assistant,
        Keyring(assistant),
        known_names(settings.api_names, settings.api_host),
        Buckets(settings.api_requests_per_minute),
        Buckets(WRONG_KEYS_PER_MINUTE),
        Slots(settings.api_streams),
        anyio.CapacityLimiter(UPLOADS_AT_ONCE),
        settings.api_upload_mb * 1_000_000,
        threading.Semaphore(max(2, os.cpu_count() or 1)),
        Repeats(assistant),
    )
