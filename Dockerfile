FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE wsgi.py ./
COPY ingest_service ingest_service
COPY cli cli
RUN pip install --no-deps .

# The database and its lock file live in /data: without a volume there, every new container starts with an empty
# ledger and cannot know when the upstream was last called.
RUN useradd --system --no-create-home ingest && mkdir /data && chown ingest /data
USER ingest
VOLUME /data
ENV INGEST_HOST=0.0.0.0 INGEST_PORT=8000 INGEST_DATABASE_URL=sqlite:////data/ingest.db
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://localhost:{os.environ[\"INGEST_PORT\"]}/health')"]

# SIGTERM stops it: no new slot, the calls in flight finish within 8 seconds, then exit 0.
CMD ["python", "wsgi.py"]
