"""A GGUF file → an OpenAI-compatible endpoint on loopback, served by llama.cpp in a child process.

A child, because a model file that makes the C++ code crash or eat the memory must not take the
service with it. Nothing else imports xllamacpp.
"""

from assistant.local_model.launch import Endpoint
from assistant.local_model.process import LocalModel, LocalOptions
from assistant.local_model.weights import DEFAULT_PACKAGE, Weights, find_weights

__all__ = [
    "DEFAULT_PACKAGE",
    "Endpoint",
    "LocalModel",
    "LocalOptions",
    "Weights",
    "find_weights",
]
