"""Measure how fast Slack's events are acknowledged: 30 a second, a tenth sent again.

The real app in socket mode against a Slack on loopback, while answers are made; Slack gives up
after three seconds. Run `python evals/bench_slack.py` in the checkout, whose tests have that Slack.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant import Assistant, Settings

ROOT = Path(__file__).resolve().parents[1]
RATE = 30
RESENT = 0.1


@dataclass(frozen=True, slots=True)
class SlackFigures:
    """What was measured; times in milliseconds."""

    events: int
    resent: int
    ack_median_ms: float
    ack_p95_ms: float
    ack_max_ms: float
    answered: int
    answered_twice: int
    all_answered_s: float


def bench_slack(seconds: int, home: Path) -> SlackFigures:
    """Send questions for so many seconds and wait until each has its answer."""
    sys.path.insert(0, str(ROOT / "tests"))
    from slack import BOT, wait_for, workspace

    with Assistant(Settings(home=home, ladder="extractive")) as assistant:
        assistant.prepare()
        assistant.new_project("bench")
        assistant.bind_channel("slack/T1/C1", "bench")
        with workspace(assistant) as people:
            slack = people.slack
            begin, keys, asked = time.monotonic(), [], []
            for number in range(seconds * RATE):
                # One in thirty needs an answer of the knowledge base, the others a quick one.
                words = "What is a quick baseline?" if number % RATE == 0 else "help"
                event = people.message("U1", f"{BOT} {words}")
                body = people.event(event)
                asked.append(event["ts"])
                keys.append(slack.send("events_api", body))
                if number % round(1 / RESENT) == 0:
                    keys.append(slack.send("events_api", body, retry=1))
                time.sleep(max(0.0, begin + (number + 1) / RATE - time.monotonic()))
            wait_for(lambda: all(key in slack.acks for key in keys), 600)
            people.running.lanes.wait(600)
            whole = time.monotonic() - begin
            answered = [one["thread_ts"] for one in people.bot_says("C1")]
            took = [1e3 * slack.acks[key][0] for key in keys]
    return SlackFigures(
        events=len(asked),
        resent=len(keys) - len(asked),
        ack_median_ms=round(statistics.median(took), 1),
        ack_p95_ms=round(statistics.quantiles(took, n=20)[-1], 1),
        ack_max_ms=round(max(took), 1),
        answered=len(set(answered) & set(asked)),
        answered_twice=len(answered) - len(set(answered)),
        all_answered_s=round(whole, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asdict(bench_slack(seconds, Path(folder) / "home")), indent=2))


if __name__ == "__main__":
    main()
