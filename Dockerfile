# A sandbox in a container; docs/sandbox.md says how to use it.
#   docker build -t steppay-mock .
#   docker run --rm -p 127.0.0.1:8090:8090 -v steppay:/data steppay-mock

FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY pytest_plugin pytest_plugin
COPY steppay_mock steppay_mock
RUN python -m venv /opt/steppay-mock && /opt/steppay-mock/bin/pip install --no-cache-dir .

FROM python:3.13-slim
# Its number is told, so that a cluster can see that it is not root.
RUN useradd --no-log-init --system --uid 10001 --no-create-home steppay && install --directory --owner=steppay /data
COPY --from=build /opt/steppay-mock /opt/steppay-mock
ENV PATH=/opt/steppay-mock/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8090
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --start-interval=1s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8090/_mock/status', timeout=4)"]
ENTRYPOINT ["steppay-mock"]
CMD ["dev", "--host", "0.0.0.0", "--data", "/data/sandbox.sqlite"]
