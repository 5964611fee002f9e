"""Rungs → what is wrong with each, in one line, without spending a token."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from assistant.errors import AssistantError, ModelFailed
from assistant.ladder.breaker import Breakers
from assistant.ladder.hosted import OpenAICompatible, ProviderModel
from assistant.ladder.messages import Piece, RungState
from assistant.ladder.pump import Budgets, Pump
from assistant.ladder.rungs import EXTRACTIVE, Rung
from assistant.local_model import LocalModel

PROBE_S = 8.0
SHOWN = 5
MOST_MODELS = 10_000
Translate = Callable[[Rung, BaseException], ModelFailed]


def probe_all(
    rungs: Sequence[Rung], breakers: Breakers, local: LocalModel, translate: Translate
) -> list[RungState]:
    """The state of each rung, in order, and of the extractive one."""

    def probe(rung: Rung) -> RungState:
        try:
            state = _probe(rung, local, translate)
        except AssistantError as error:
            found = translate(rung, error)
            return RungState(rung.name, False, found.problem, found.remedy)
        if state.ok and breakers.resting(rung.name):
            detail = f"{state.detail}; it failed too often just now and rests"
            return RungState(rung.name, False, detail, "It is tried again by itself.")
        return state

    with ThreadPoolExecutor(max(1, len(rungs)), "probe") as pool:
        states = list(pool.map(probe, rungs))
    return [*states, RungState(EXTRACTIVE, True, "always there: answers are quotes")]


def _probe(rung: Rung, local: LocalModel, translate: Translate) -> RungState:
    if rung.refused is not None:
        raise rung.refused
    model = rung.model
    if rung.name == "local" and isinstance(model, OpenAICompatible):
        state = "running" if local.pid is not None else "starts at the first question"
        return RungState(rung.name, True, f"{local.weights().name}, {state}")
    if isinstance(model, OpenAICompatible):
        return _probe_server(rung, model, translate)
    if isinstance(model, ProviderModel):
        return RungState(rung.name, bool(model.chat), "its package is installed; key not tried")
    return RungState(rung.name, True, "ready")


def _probe_server(rung: Rung, model: OpenAICompatible, translate: Translate) -> RungState:
    budgets = Budgets(PROBE_S, PROBE_S, time.monotonic() + PROBE_S, MOST_MODELS)
    pump = Pump(
        lambda: (Piece(name) for name in model.models()),
        budgets,
        lambda error: translate(rung, error),
    )
    names: list[str] = []
    try:
        while (piece := pump.next()) is not None:
            names.append(piece.text)
    except ModelFailed as error:
        if error.code == "model_missing":
            return RungState(rung.name, True, "reachable; it does not list its models")
        raise
    # A server with one model answers to any name.
    if model.model in names or len(names) == 1:
        return RungState(rung.name, True, "reachable, and the model is there")
    shown = ", ".join(names[:SHOWN]) or "none"
    return RungState(
        rung.name,
        False,
        f"reachable, but it does not offer {model.model}",
        f"Choose one that it offers ({shown}) in SCOPEWRIGHT_LADDER.",
    )
