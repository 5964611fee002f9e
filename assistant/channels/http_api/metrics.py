"""What happens in the API → figures for Prometheus: numbers and names of ours, no content."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

FAST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60, 180)


class Figures:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        of: dict[str, Any] = {"registry": self.registry, "namespace": "scopewright"}
        self.requests = Counter("requests", "Requests.", ["method", "route", "status"], **of)
        self.seconds = Histogram(
            "request_seconds", "Time to the end of a response.", ["route"], buckets=FAST_S, **of
        )
        self.first_token = Histogram(
            "first_token_seconds", "Time to the first words of an answer.", buckets=FAST_S, **of
        )
        self.answers = Counter("answers", "Answers by the rung that wrote them.", ["rung"], **of)
        self.refusals = Counter("refusals", "Answers that say that nothing was found.", **of)
        self.unsupported = Counter(
            "unsupported_sentences", "Sentences of models that no source supported.", **of
        )
        self.incomplete = Counter("incomplete_answers", "Answers that were cut.", **of)
        self.ingesting = Gauge("ingest_queue", "Uploads that wait or are taken in.", **of)
        self.streaming = Gauge("streams", "Answers that are being worked on.", **of)

    def answered(self, answer: dict[str, Any]) -> None:
        """Count a finished answer."""
        self.answers.labels(answer["rung"]).inc()
        self.refusals.inc(int(answer["refused"]))
        self.unsupported.inc(len(answer["removed"]))
        self.incomplete.inc(int(answer["incomplete"]))

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
