"""Settings → the Encoder that they name."""

from typing import TYPE_CHECKING, Any

from assistant.embed.bundled import BundledEncoder
from assistant.embed.hashing import HashingEncoder
from assistant.embed.seam import Encoder
from assistant.embed.wrapped import LangChainEncoder, not_installed
from assistant.errors import SettingsInvalid
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

TIMEOUT_S = 30.0
RETRIES = 2
EXAMPLES = (
    "Use `bundled`, `sentence-transformers:<name or folder>`, `openai:<name>` "
    "or another LangChain provider as `<provider>:<name>`."
)


def load_encoder(settings: Settings) -> Encoder:
    """Make the encoder of `settings.encoder`; models are read at the first text, not here.

    Raises:
        SettingsInvalid: the name, the folder or the key is wrong.
        NotInstalled: the provider's package is missing.
        DataInvalid: the bundled encoder's files are damaged.
    """
    if settings.encoder == "bundled":
        return BundledEncoder(threads=settings.encoder_threads)
    if settings.encoder == "hashing":
        return HashingEncoder()
    provider, colon, model = settings.encoder.partition(":")
    if not colon or not provider or not model:
        raise SettingsInvalid(f"There is no encoder {settings.encoder!r}.", remedy=EXAMPLES)
    if provider == "sentence-transformers":
        from assistant.embed.sentence import SentenceTransformersEmbeddings

        embeddings = SentenceTransformersEmbeddings(model)
        return LangChainEncoder(embeddings, name=embeddings.stamp)
    options = openai_options(settings) if provider == "openai" else {}
    return LangChainEncoder(by_provider(settings.encoder, options), name=settings.encoder)


def openai_options(settings: Settings) -> dict[str, Any]:
    """The options of OpenAI embeddings, for its own server or a compatible one."""
    if settings.openai_api_key is None:
        raise SettingsInvalid(
            f"The encoder {settings.encoder} needs a key.",
            remedy="Set OPENAI_API_KEY (any word, for a compatible server that wants none).",
        )
    options: dict[str, Any] = {
        "api_key": settings.openai_api_key,
        "timeout": TIMEOUT_S,
        "max_retries": RETRIES,
        # Checking the length needs a vocabulary that tiktoken downloads, and sends token numbers,
        # which compatible servers do not read. Passages are far shorter than the limit.
        "check_embedding_ctx_length": False,
    }
    return options


def by_provider(name: str, options: dict[str, Any]) -> "Embeddings":
    """Make LangChain's embeddings for `<provider>:<model>`."""
    from langchain.embeddings import init_embeddings

    try:
        return init_embeddings(name, **options)
    except ImportError as error:
        raise not_installed(name, error) from error
    # Both are how LangChain and pydantic refuse a provider, a name or a missing key.
    except ValueError as error:
        raise SettingsInvalid(f"There is no encoder {name!r}.", remedy=EXAMPLES) from error


def as_langchain(encoder: Encoder) -> "Embeddings":
    """The encoder as LangChain Embeddings, for a vector store or chain of LangChain."""
    from assistant.embed.offered import EncoderEmbeddings

    return EncoderEmbeddings(encoder)
