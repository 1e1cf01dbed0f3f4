# Built in two: what installs needs pip and a network, what runs needs neither.
FROM python:3.11.15-slim-bookworm AS built

WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY compiled compiled
COPY console console
COPY devices devices
COPY pricing pricing
COPY simulator simulator
COPY streams streams
COPY bench/results.json bench/
COPY scripts/image.sh scripts/
RUN scripts/image.sh install /opt/tripmeter/venv


FROM python:3.11.15-slim-bookworm

RUN useradd --create-home --uid 1000 tripmeter \
    && install -d -o tripmeter -g tripmeter /data /registry /site /opt/tripmeter/cache
WORKDIR /opt/tripmeter
COPY --from=built /opt/tripmeter/venv venv
COPY scripts/image.sh scripts/mosquitto.py scripts/certificates.sh scripts/secrets.sh scripts/
COPY deploy/compose deploy/compose

# kernels for any processor of this kind, so that the image may be built elsewhere than it runs (docs/scaling.md has
# what that costs); --build-arg CPU=skylake where all machines are at least that. Features empty: those of that kind,
# and not, besides, those of the machine that builds
ARG CPU=generic
ENV PATH=/opt/tripmeter/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CPU_NAME=$CPU \
    NUMBA_CPU_FEATURES= \
    XDG_CACHE_HOME=/opt/tripmeter/cache
USER tripmeter
# the one compile step, so that a new container is ready in a second, its root read-only
RUN scripts/image.sh warm /opt/tripmeter/venv
VOLUME /data
EXPOSE 8787 8788
CMD ["tripmeter", "run", "--data", "/data", "--http", "0.0.0.0:8787"]
