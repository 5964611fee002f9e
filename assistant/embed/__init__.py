"""Texts → float32 unit vectors: the bundled encoder, or any LangChain embeddings by name."""

from assistant.embed.bundled import BundledEncoder
from assistant.embed.choose import as_langchain, load_encoder
from assistant.embed.entailment import Entailment
from assistant.embed.hashing import HashingEncoder
from assistant.embed.remembered import remembered
from assistant.embed.seam import Encoder, Vectors
from assistant.embed.wrapped import LangChainEncoder

__all__ = [
    "BundledEncoder",
    "Encoder",
    "Entailment",
    "HashingEncoder",
    "LangChainEncoder",
    "Vectors",
    "as_langchain",
    "load_encoder",
    "remembered",
]
