# Debian's glibc, not musl: Temporal's native core has no build for musl.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# The workflow bundle is a part of the build, so that a worker starts without a bundler. The embedded Postgres stays behind.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-slim
# A worker reaches Temporal by a native core, which takes the authorities of the system: the slim image has none.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
# One arena of freed buffers a thread would cost a worker 200 MB in a large import.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 BCSOURCE_WORKER_HEALTH_PORT=8481
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
USER node
# The worker finishes what is under way within 20 s of SIGTERM; give it 30 (docker-compose.yml does).
STOPSIGNAL SIGTERM
# Of a worker, or of serve on its usual port.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "Promise.any([process.env.BCSOURCE_WORKER_HEALTH_PORT, 8480].map((port) => fetch(`http://127.0.0.1:${port}/readyz`).then((r) => r.ok || Promise.reject(r)))).then(() => process.exit(0), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/client/cli/main.js"]
CMD ["worker"]
