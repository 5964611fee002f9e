"""Log records → one line of JSON each: names and numbers, and not what people wrote."""

import json
import logging
import sys
import time

OURS = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


class JsonLines(logging.Formatter):
    r"""A record and its extra values as JSON, which holds no line break and no control character.

    >>> record = logging.makeLogRecord({"msg": "a\nb", "levelname": "INFO", "name": "x", "ms": 3})
    >>> json.loads(JsonLines().format(record))["message"]
    'a\nb'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "at": f"{at}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in OURS},
        }
        return json.dumps(line, default=str)


def configure_logging(level: str) -> None:
    """Send every record of that level or above to stderr; only a channel's start may do so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    if level != "DEBUG":
        # They log addresses and bodies of requests to models, which is for people who debug.
        for name in ("httpx", "httpcore", "openai", "langchain"):
            logging.getLogger(name).setLevel(logging.WARNING)
