FROM python:3.11-slim

RUN useradd --create-home --uid 1000 tripmeter \
    && install -d -o tripmeter -g tripmeter /data /registry /site
WORKDIR /opt/tripmeter
COPY pyproject.toml README.md LICENSE ./
COPY devices devices
COPY pricing pricing
COPY simulator simulator
COPY streams streams
RUN pip install --no-cache-dir ".[distributed]"
COPY scripts/mosquitto.py scripts/
COPY deploy/compose deploy/compose

USER tripmeter
# the one compile step, so that a new container is ready in a second
RUN python -m streams.warm
VOLUME /data
EXPOSE 8787
CMD ["tripmeter", "run", "--data", "/data", "--http", "0.0.0.0:8787"]
