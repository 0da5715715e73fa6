# The package is built apart, so that what builds it is not in the image. Everything that is downloaded has a hash.
FROM python:3.13-slim AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build

COPY requirements-build.txt .
RUN pip install --require-hashes -r requirements-build.txt

COPY pyproject.toml README.md LICENSE ./
COPY ingest_service ingest_service
COPY cli cli
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# With what PostgreSQL needs: psycopg has a libpq of its own.
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY --from=build /wheels /wheels
RUN pip install --no-deps --no-index /wheels/*.whl && rm -r /wheels
COPY wsgi.py ./

# The database and its lock file live in /data: without a volume there, every new container starts with an empty
# ledger and cannot know when the upstream was last called.
RUN useradd --system --no-create-home ingest && mkdir /data && chown ingest /data
USER ingest
VOLUME /data
ENV INGEST_HOST=0.0.0.0 INGEST_PORT=8000 INGEST_DATABASE_URL=sqlite:////data/ingest.db
EXPOSE 8000

# Without a proxy: Docker may put the variables of one into every container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(f'http://localhost:{os.environ[\"INGEST_PORT\"]}/health')"]

# SIGTERM stops it: no new slot, the calls in flight finish within 8 seconds, then exit 0.
CMD ["python", "wsgi.py"]
