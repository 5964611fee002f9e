"""An Encoder → LangChain Embeddings; apart, since importing their class costs 0.1 s."""

from langchain_core.embeddings import Embeddings

from assistant.embed.seam import Encoder


class EncoderEmbeddings(Embeddings):
    """The same vectors, as the plain lists that LangChain wants."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Rows of `encode`."""
        rows: list[list[float]] = self.encoder.encode(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """The row of `encode_query`."""
        row: list[float] = self.encoder.encode_query(text).tolist()
        return row
