# The packages production needs: no development tools, no local chain, no second Node.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/scripts/prune.mjs src/scripts/
# No install script of a package runs: the native ones bring their binaries along.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm run postinstall && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY drizzle drizzle
COPY schemas schemas
COPY src src
# Node keeps compiled code here; everything else stays read-only for the process.
RUN mkdir -p node_modules/.cache/chronos && chown node:node node_modules/.cache/chronos
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Migrations, as a step of their own: docker run … node src/scripts/boot.mjs src/scripts/migrate.ts
CMD ["node", "src/scripts/boot.mjs", "src/server.ts"]
