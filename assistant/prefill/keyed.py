"""Lines such as "Budget: 30k EUR" and lists under a heading → candidates, by the key's name."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from assistant.facts import Catalogue, Fact, Value
from assistant.prefill.candidates import Candidate, read_value, trimmed
from assistant.prefill.guards import guarded
from assistant.prefill.mentions import Kind, Mention, mark, with_bound
from assistant.prefill.patterns import Grade, Lore, bare_key
from assistant.prefill.sentences import Sentence

AMOUNTS: Mapping[str, tuple[Kind, ...]] = {
    "money": ("money",),
    "duration": ("duration",),
    "percent": ("percent",),
    "date": ("date",),
    "number": ("number", "percent"),
    "quantity": ("percent", "money", "duration", "number"),
    "people": ("person",),
}
MOST_ITEMS = 30
FEWEST_WORDS = 3  # of prose behind a key


def by_keys(sentences: Sequence[Sentence], catalogue: Catalogue, lore: Lore) -> Iterator[Candidate]:
    """What stands behind a key that the folder knows, or in the list below it."""
    names = _names(catalogue, lore)
    for sentence, against in guarded(sentences, lore):
        facts = _named(sentence, names) if sentence.key else ()
        if against & {"others", "orders"}:
            continue
        for key in facts:
            found = _behind_key(catalogue[key], sentence, lore)
            if found:
                yield found
    yield from _below_headings(sentences, names, catalogue, lore)


def _names(catalogue: Catalogue, lore: Lore) -> dict[str, tuple[str, ...]]:
    """The names of keys, and the label of each fact that no other name has."""
    known = {
        key: facts for key, facts in lore.keys.items() if all(one in catalogue for one in facts)
    }
    labels = {bare_key(fact.label): (fact.id,) for fact in catalogue}
    return labels | known


def _named(sentence: Sentence, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The facts a key is a name of: below "Fairness", "Metric" is the fairness metric."""
    whole = names.get(bare_key(f"{sentence.heading} {sentence.key}"))
    return whole or names.get(bare_key(sentence.key), ())


def _behind_key(fact: Fact, sentence: Sentence, lore: Lore) -> Candidate | None:
    rest = sentence.text[sentence.after_key :]
    if not rest.strip() or lore.empty_values.match(rest.strip()):
        return None
    start, end = trimmed(sentence.text, 0, len(sentence.text))
    value = _value(fact, rest, lore)
    if value is None:
        return None
    grade: Grade = "certain"
    if fact.type == "long_text":
        start, end = trimmed(sentence.text, sentence.after_key, len(sentence.text))
        grade = "certain" if len(rest.split()) >= FEWEST_WORDS else "fair"
    return Candidate(fact.id, value, *sentence.span(start, end), grade, "patterns")


def _value(fact: Fact, words: str, lore: Lore) -> Value | None:
    """The value in the words behind a key, by mentions, by the fact's own choices, or whole."""
    # What is counted in things ("examples") is no share, price or time.
    wanted = ("number",) if fact.type == "quantity" and fact.unit else AMOUNTS.get(fact.type)
    if wanted:
        mentions = mark(words, strangers=lore.no_names if fact.type == "people" else None).mentions
        mention = _first(mentions, wanted, words)
        if mention is None:
            return None
        start = with_bound(words, mention.start)
        return read_value(fact, words[start : _with_rate(words, mention, fact)])
    if fact.type in ("choice", "choices", "yes_no"):
        return _chosen(fact, words, lore)
    if fact.type in ("list", "long_text", "text"):
        return read_value(fact, words.strip().rstrip("."))
    return None


def _first(mentions: Sequence[Mention], wanted: Sequence[Kind], words: str) -> Mention | None:
    """The first mention of the kinds, in their order; of names the first that is whole."""
    fit = [one for kind in wanted for one in mentions if one.kind == kind]
    whole = [one for one in fit if one.kind != "person" or " " in words[one.start : one.end]]
    return next(iter(whole or fit), None)


def _with_rate(words: str, mention: Mention, fact: Fact) -> int:
    """Where the value ends: a quantity goes on with its unit, up to the next comma."""
    if fact.type != "quantity":
        return mention.end
    stops = [at for sign in ",;(" if (at := words.find(sign, mention.end)) >= 0]
    end = min([*stops, len(words)])
    return end if end - mention.end <= 40 else mention.end


def _chosen(fact: Fact, words: str, lore: Lore) -> Value | None:
    value = read_value(fact, words.strip().rstrip(".")) if len(words.split()) <= 8 else None
    if value is not None:
        return value
    marked = mark(words).text
    for pattern in lore.of(fact.id):
        if pattern.choice and not pattern.under and pattern.words.search(marked):
            return read_value(fact, pattern.choice)
    return None


def _below_headings(
    sentences: Sequence[Sentence],
    names: dict[str, tuple[str, ...]],
    catalogue: Catalogue,
    lore: Lore,
) -> Iterator[Candidate]:
    statements = [one for one, against in guarded(sentences, lore) if "others" not in against]
    for heading, group in groupby(statements, key=lambda one: one.heading):
        below = [one for one in group if one.flow.kind != "heading"][:MOST_ITEMS]
        facts = names.get(bare_key(heading), ()) if heading and below else ()
        for key in facts:
            found = _list_below(catalogue[key], below)
            if found:
                yield found


def _list_below(fact: Fact, below: Sequence[Sentence]) -> Candidate | None:
    """The bullets as a list; for prose the first paragraph; anything else says nothing."""
    bullets = [one for one in below if one.flow.kind == "bullet"]
    if fact.type == "list":
        items = [one.flow.text.rstrip(".;,") for one in _one_a_block(bullets or below[:1])]
        value = read_value(fact, "\n".join(items) if bullets else items[0])
        chosen = bullets or below[:1]
    elif fact.type == "long_text" and not bullets:
        chosen = [one for one in below if one.flow is below[0].flow]
        value = read_value(fact, " ".join(one.text for one in chosen))
    else:
        return None
    if value is None:
        return None
    start, _ = chosen[0].span(0, len(chosen[0].text))
    _, end = chosen[-1].span(0, len(chosen[-1].text))
    return Candidate(fact.id, value, start, end, "strong", "patterns")


def _one_a_block(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    seen: object = None
    for one in sentences:
        if one.flow is not seen:
            yield one
        seen = one.flow
