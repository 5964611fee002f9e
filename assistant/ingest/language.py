"""Text of passages → their languages: by script first, then by py3langid, else the document's."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

UNSURE = "und"
_SCRIPTS = (
    (
        "arabic",
        re.compile(
            "[\u0620-\u064a\u0660-\u06d3\u06f0-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"
        ),
    ),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
    ("hebrew", re.compile("[\u0590-\u05ff]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("thai", re.compile("[\u0e00-\u0e7f]")),
    ("kana", re.compile("[\u3040-\u30ff]")),
    ("hangul", re.compile("[\uac00-\ud7af]")),
    ("han", re.compile("[\u4e00-\u9fff]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
_PERSIAN = re.compile("[پچژگکی\u200c]")
_ARABIC = re.compile("[ةىيك]")
_SOLE = {"kana": "ja", "hangul": "ko", "thai": "th", "greek": "el"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_USUAL_SIGNS = re.compile(r"[\s|\-#*_>.,;:()\"'/]+")
_LETTERS = 20  # letters that a script needs before it counts
_SURE_LETTERS = 100  # letters that a language needs inside of one script
# Function words that make up a third of English prose and far less of any other language.
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "a",
        "in",
        "is",
        "that",
        "for",
        "it",
        "with",
        "as",
        "are",
        "on",
        "by",
        "be",
        "this",
        "or",
        "from",
        "at",
        "which",
        "not",
        "have",
    ]
)
_PLAINLY = 0.22
_SURE = 0.95
_SAMPLE = 20_000
_ENOUGH = 600  # characters of a passage that are looked at
_MARKUP = re.compile(r"https?://\S+|`[^`]*`|\$[^$\n]*\$")


def script_of(text: str) -> str:
    """The script of most letters, "" when there are too few letters to say.

    >>> script_of("Product manager wanted"), script_of("پخش زنده اپلیکیشن ورزش سه")
    ('latin', 'arabic')
    """
    if text.isascii():  # the usual case, made cheap
        return "latin" if sum(map(str.isalpha, text)) >= _LETTERS else ""
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= _LETTERS else ""


def languages_of(texts: Sequence[str]) -> list[str]:
    """ISO 639-1 codes of the passages of one document.

    A passage in the document's script that is short, or whose language is not sure, gets the
    document's language; one in another script is named by itself. Rubble (few real words) is
    "und".
    """
    usual = script_of("\n".join(texts)[:_SAMPLE])
    if not usual:
        return [UNSURE for _ in texts]
    labels = [_label(text) for text in texts]
    sizes: Counter[str] = Counter()
    for text, (script, language) in zip(texts, labels, strict=True):
        if script == usual and language != UNSURE:
            sizes[language] += len(text)
    document = sizes.most_common(1)[0][0] if sizes else UNSURE
    return [
        document
        if language == UNSURE
        and script in ("", usual)
        and _WORD.search(text)
        and not is_rubble(text)
        else language
        for text, (script, language) in zip(texts, labels, strict=True)
    ]


def _label(text: str) -> tuple[str, str]:
    """Script and language of one passage by itself, "und" where the language is not sure."""
    script = script_of(text)
    if not script or is_rubble(text):
        return script, UNSURE
    return script, _by_script(text, script)


def is_rubble(text: str) -> bool:
    """Whether text is mostly signs and single letters, as failed character recognition leaves.

    >>> is_rubble("° Q •' |5:~ 0 « x ¿ :: a § ¬ ƒ ∂ ∆ ÷ ≈ ç √ ∫"), is_rubble("XGBoost: 490.18")
    (True, False)
    """
    plain = _MARKUP.sub(" ", text)
    solid = sum(len(word) for word in _WORD.findall(plain))
    signs = len(_USUAL_SIGNS.sub("", plain))
    return signs >= _LETTERS and (solid + len(_DIGIT.findall(plain))) / signs < 0.55


def _by_script(text: str, script: str) -> str:
    """Name the language of the letters of one script."""
    if script in _SOLE:
        return _SOLE[script]
    letters = _only(text, script)
    if script == "arabic":
        # A few letters tell the two apart better than statistics do on a short menu.
        persian, arabic = len(_PERSIAN.findall(letters)), len(_ARABIC.findall(letters))
        if persian > 3 * arabic:
            return "fa" if _likely(letters)[0] != "ur" or persian < 10 else "ur"
    if script == "latin" and len(letters) < _SURE_LETTERS:
        return UNSURE
    if script == "latin" and _plainly_english(letters):
        return "en"
    language, sure = _likely(letters)
    return language if sure >= _SURE else UNSURE


def _plainly_english(letters: str) -> bool:
    """Whether the commonest English words alone settle it, in a tenth of the identifier's time.

    >>> _plainly_english("the cost of a miss is here"), _plainly_english("was ist in der Box")
    (True, False)
    """
    words = letters.casefold().split()
    return "the" in words and sum(word in _ENGLISH for word in words) >= _PLAINLY * len(words)


def _only(text: str, script: str) -> str:
    """The words of one script, without markup and addresses."""
    pattern = dict(_SCRIPTS)[script]
    return " ".join(word for word in _MARKUP.sub(" ", text).split() if pattern.search(word))


def _likely(text: str) -> tuple[str, float]:
    language, sure = _identifier()(text[:_ENOUGH])
    return str(language), float(sure)


@cache
def _identifier() -> Callable[[str], tuple[str, float]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classify: Callable[[str], tuple[str, float]] = identifier.classify
    return classify
