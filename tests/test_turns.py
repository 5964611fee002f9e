"""Heavy work of answers: what readers wait for first goes before it, and it takes turns."""

import threading

import pytest

from assistant.answer.turns import Turns


def in_a_thread(turns: Turns, done: list[str], name: str) -> threading.Thread:
    thread = threading.Thread(target=turns.do, args=(done.append, name))
    thread.start()
    return thread


def test_no_piece_begins_while_somebody_waits_for_first_words():
    turns, done = Turns(2), []
    with turns.first(), turns.first():
        threads = [in_a_thread(turns, done, "heavy") for _ in range(3)]
        done.append("first")
    for thread in threads:
        thread.join(30)
    assert done == ["first", "heavy", "heavy", "heavy"]


def test_a_piece_is_never_put_off_for_good():
    turns, done = Turns(1), []
    with turns.first():
        thread = in_a_thread(turns, done, "heavy")
        thread.join(30)
        assert done == ["heavy"]


def test_pieces_take_turns():
    turns, inside, most = Turns(1), [], []

    def work() -> None:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.01)
        inside.pop()

    threads = [threading.Thread(target=turns.do, args=(work,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == [1] * 5


def test_a_piece_that_fails_gives_its_turn_back():
    turns = Turns(1)
    for _ in range(2):
        with pytest.raises(ValueError, match="no number"):
            turns.do(int, "no number")
    assert turns.do(int, "3") == 3
