# docker build -t lineage-report .                  the program
# docker build --target check -t lineage-report .   .ci/run, as on any other machine

FROM node:20-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund && npm run build

FROM build AS check
RUN .ci/run

# Without the packages of development, and without the embedded Postgres, which only the demo and the tests need.
FROM build AS pruned
RUN npm prune --omit=dev --omit=optional --no-audit --no-fund

FROM node:20-slim
WORKDIR /app
COPY --from=pruned /app/package.json ./
COPY --from=pruned /app/node_modules ./node_modules
COPY --from=pruned /app/dist ./dist
COPY --from=pruned /app/queries ./queries
COPY --from=pruned /app/templates ./templates
USER node
WORKDIR /reports
# It runs and ends; the exit code tells how.
HEALTHCHECK NONE
ENTRYPOINT ["node", "/app/dist/bin.js"]
CMD ["--help"]
