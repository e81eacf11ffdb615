# syntax=docker/dockerfile:1
# The chat stack as an image: gateway, HMI and the command line, on Node alone. There is no shell in it, it runs as nobody's
# account (65532), and writes to nothing but /var/lib/stack and /tmp: give it a read-only root.
#
#     docker build -t chat-stack:0.1.0 .
#
# What it runs says the command: see `stack export compose` and `stack export kubernetes`.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# Before the sources, so that a change of those fetches nothing again.
COPY package.json package-lock.json .npmrc ./
COPY tools tools
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && mkdir /data

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
COPY --from=build /app/package.json /app/oclif.manifest.json ./
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
# A new volume takes over whose its folder is.
COPY --from=build --chown=65532:65532 /data /var/lib/stack
USER 65532:65532
ENV NODE_ENV=production
EXPOSE 6101 6120
# Of the HMI, which runs where nothing else is said; whoever runs another service asks that.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/nodejs/bin/node", "dist/health-probe.js"]
CMD ["--max-semi-space-size=16", "dist/service-process.js", "hmi"]
