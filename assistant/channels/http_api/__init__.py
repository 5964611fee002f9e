"""HTTP requests → calls of the service → JSON, or server-sent events while an answer is made."""

from assistant.channels.http_api.app import create_app
from assistant.channels.http_api.serving import serve

__all__ = ["create_app", "serve"]
