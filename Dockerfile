# Builds for linux/amd64 and linux/arm64 alike: docker buildx build --platform linux/amd64,linux/arm64 .
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /build
# better-sqlite3 and serialport bring binaries for both platforms; where those cannot be fetched they are compiled.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
COPY --from=build /build/package.json /app/package.json
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
COPY docker/healthcheck.mjs /app/healthcheck.mjs
# Serial ports belong to the group dialout. The data folder must be the user's before a volume is mounted over it.
RUN usermod --append --groups dialout node \
 && chmod 755 /app/dist/src/cli/rivulet.js \
 && ln -s /app/dist/src/cli/rivulet.js /usr/local/bin/rivulet \
 && mkdir -p /rivulet/data \
 && chown -R node:node /rivulet
USER node
# Here rivulet.yaml and ./data are found without flags, by every command.
WORKDIR /rivulet
VOLUME /rivulet/data
EXPOSE 8080 1883
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "/app/healthcheck.mjs"]
ENTRYPOINT ["rivulet"]
CMD ["start", "--lan"]
