"""A pasted brief, e-mail or transcript → proposed facts, each with the exact words it came from."""

from assistant.prefill.by_meaning import Encode
from assistant.prefill.patterns import load_lore
from assistant.prefill.proposals import LONGEST_TEXT, Found, Proposal, propose, read_brief

__all__ = ["LONGEST_TEXT", "Encode", "Found", "Proposal", "load_lore", "propose", "read_brief"]
