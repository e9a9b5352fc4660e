# One image for web, worker, beat and migrate: the compose file gives the command (bin/web, bin/worker, bin/beat).

FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements/app.txt requirements/
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/app.txt
COPY . .
COPY --from=assets /app/node_modules node_modules
ENV STATIC_ROOT=/app/collected
# The secrets of this step are thrown away with it: collecting files needs some value, not the right one.
RUN .venv/bin/python -m tools.assets \
 && .venv/bin/python -m tools.translations compile \
 && SECRET_KEY=unused FIELD_KEYS=1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= HASH_KEY=dW51c2Vk VAR_DIR=/tmp/var \
    .venv/bin/python manage.py collectstatic --no-input --verbosity=0 \
 && rm -rf node_modules

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --home-dir /app --no-create-home --shell /usr/sbin/nologin bangfu
WORKDIR /app
COPY --from=build /app /app
RUN mkdir -p /app/var /app/media && chown bangfu:bangfu /app/var /app/media
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 STATIC_ROOT=/app/collected MEDIA_ROOT=/app/media WEB_BIND=0.0.0.0:8000
USER bangfu
EXPOSE 8000
CMD ["bin/web"]
