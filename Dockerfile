# The registry for more than one machine: web processes and workers from one image, over PostgreSQL and an
# S3-compatible object store.
#
#   docker build -t efa-registry .
#
# The settings are environment variables (REGISTRY_DATABASE_URL, REGISTRY_STORAGE_URL, REGISTRY_SECRET_KEY,
# REGISTRY_BASE_URL, AWS_…), here gathered in a file.  Migrations are a step of their own, before the new version
# starts; they may run while the old one serves:
#
#   docker run --rm --env-file registry.env efa-registry efa-registry db upgrade
#   docker run -d --env-file registry.env -p 8000:8000 efa-registry
#   docker run -d --env-file registry.env --no-healthcheck efa-registry efa-registry worker
#
# Without a database URL, SQLite and the packages lie in the volume /data: one container, for trying out.

FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1
RUN pip install uv==0.13.9
WORKDIR /source

# What the registry stands on changes seldom and comes first: pip refuses whatever has not the hash in uv.lock.
COPY pyproject.toml uv.lock ./
RUN uv export --frozen --no-default-groups --extra production --no-emit-project --output-file /requirements.txt --quiet \
    && python -m venv /opt/registry \
    && /opt/registry/bin/pip install --require-hashes --no-deps --only-binary :all: --requirement /requirements.txt

COPY README.md LICENSE ./
COPY migrations migrations
COPY seed seed
COPY registry registry
RUN uv build --wheel --out-dir /wheels \
    && /opt/registry/bin/pip install --no-deps /wheels/*.whl \
    && /opt/registry/bin/pip check


FROM python:3.11-slim

RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin registry \
    && install --directory --owner=registry --group=registry --mode=0750 /data

COPY --from=build /opt/registry /opt/registry
COPY wsgi.py /srv/registry/

# One process a core and few threads each serve best; GRANIAN_WORKERS is the number of processes.
ENV PATH=/opt/registry/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    REGISTRY_DATA_DIR=/data \
    GRANIAN_WORKERS=2

WORKDIR /srv/registry
USER registry
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["granian", "--interface=wsgi", "--no-ws", "--host=0.0.0.0", "--port=8000", "--blocking-threads=4", \
     "--workers-kill-timeout=7s", "--respawn-failed-workers", "wsgi:app"]
