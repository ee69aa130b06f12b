# The receiver of compose.yaml: examples/receivers/readback_app.py.
FROM python:3.13-slim
RUN pip install --no-cache-dir "flask>=3.1,<4" "requests>=2.32,<3" \
    && useradd --no-log-init --system --uid 10001 --no-create-home receiver \
    && install --directory --owner=receiver /data
COPY examples/receivers /app
ENV STEPPAY_DATABASE=/data/receiver.sqlite3 PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
CMD ["python", "/app/readback_app.py", "--host", "0.0.0.0", "--port", "8000"]
