"""The sentences that the citation gate is worked on with, apart from the measured ones."""

from groundedness import passage_of, read_pairs, read_training

from assistant.answer import check_sentence


def test_working_sentences_are_apart_from_the_measured_ones():
    training, measured = read_training(), read_pairs()
    ids = [pair.id for pair in [*training, *measured]]
    assert len(ids) == len(set(ids))
    assert {pair.label for pair in training} == {"supported", "altered"}
    about = {pair.passage_id for pair in measured}
    assert not [pair.id for pair in training if pair.passage_id in about]


def test_most_changes_near_a_passages_words_are_stopped(assistant):
    """A floor, not the figure: some of the gate's signs were chosen by reading half of these."""
    encode = assistant.library.encoder.encode
    near = [pair for pair in read_training() if pair.id.startswith("n-")]
    stopped = {"supported": [], "altered": []}
    for pair in near:
        verdict = check_sentence(pair.sentence, [passage_of(assistant, pair)], encode)
        stopped[pair.label].append(not verdict.supported)
    assert sum(stopped["altered"]) >= 0.8 * len(stopped["altered"])
    assert sum(stopped["supported"]) <= 0.08 * len(stopped["supported"])
