# Debian's glibc, not musl: Temporal's native core has no build for musl.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# The workflow bundle is a part of the build, so that a worker starts without a bundler. The embedded Postgres stays behind.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-slim
# One arena of freed buffers a thread would cost a worker 200 MB in a large import.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
USER node
# The worker finishes what is under way within 20 s of SIGTERM; give it 30 (docker-compose.yml does).
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/client/cli/main.js"]
CMD ["worker"]
