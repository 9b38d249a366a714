# The fake NetSuite as a service: docker build -t netsuite-tba . && docker run --rm -p 8080:8080 netsuite-tba
FROM python:3.13-slim AS build
COPY . /src
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN python -m pip install --no-cache-dir "$(echo /wheels/*.whl)[tls,xml]" \
 && rm -r /wheels \
 && useradd --system --uid 10001 netsuite \
 && install -d -o netsuite /ca
USER 10001
WORKDIR /srv
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/__admin/health', timeout=2)"]
ENTRYPOINT ["netsuite-tba", "serve", "--host", "0.0.0.0", "--expose"]
