# The worker of docker-compose.yml. A worker of your own is built the same way from a package that depends on `pawl`.
#
# The base has to have glibc, as Debian has: the native part of Temporal's SDK (@temporalio/core-bridge) ships no build
# for musl, so on Alpine the worker would not load.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app

# The dependencies first: this layer is taken from the cache until the lockfile changes. Without scripts, because the
# package's own `prepare` builds it, and the sources are not here yet.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts

COPY . .
RUN npm run build && npx tsc --project deploy/tsconfig.json

# What a user of Pawl installs beside it (its peer dependencies) is a development dependency here, and npm would
# remove it with the others. Without that list npm sees peers, and leaves them in the versions of the lockfile.
RUN npm pkg delete devDependencies && npm prune --ignore-scripts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY deploy/worker-health.mjs ./deploy/
# A package to release, and the folder that the example works in, which a volume takes its owner from.
COPY examples/release/package ./examples/release/package
RUN install --directory --owner=node --group=node /tmp/pawl-release
USER node
# Node itself, not npm: npm would not pass SIGTERM on, and the worker could not finish what it is at.
CMD ["node", "dist/examples/release/worker.js"]
