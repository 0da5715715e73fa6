# The package is installed in a stage of its own, so that what builds it is not in the image. Everything that is
# downloaded from the package index has a hash.
FROM python:3.13-slim AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build

# With what PostgreSQL needs: psycopg has a libpq of its own.
COPY requirements.txt requirements-build.txt ./
RUN pip install --require-hashes -r requirements-build.txt
RUN python -m venv --without-pip /opt/ingest-service \
    && pip --python /opt/ingest-service/bin/python install --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY ingest_service ingest_service
COPY cli cli
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .
RUN pip --python /opt/ingest-service/bin/python install --no-index "$(echo /wheels/*.whl)[postgres]"

FROM python:3.13-slim

# The database and its lock file live in /data: without a volume there, every new container starts with an empty
# ledger and cannot know when the upstream was last called. Whoever starts the container names the volume: some
# platforms refuse an image that declares one.
RUN groupadd --gid 10001 ingest \
    && useradd --uid 10001 --gid ingest --no-create-home --shell /usr/sbin/nologin ingest \
    && install --directory --owner=ingest --group=ingest /data

COPY --from=build /opt/ingest-service /opt/ingest-service

# The port is 8000, or the PORT that a hosting platform sets; INGEST_PORT wins over both.
ENV PATH=/opt/ingest-service/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV INGEST_HOST=* INGEST_DATABASE_URL=sqlite:////data/ingest.db
# By its number, so that Kubernetes sees that it is not root.
USER 10001:10001
WORKDIR /data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-m", "ingest_service.probe"]

# SIGTERM stops it, also as process 1: no new slot, the calls in flight finish within 8 seconds, then exit 0.
CMD ["ingest-service"]
