#!/bin/sh
# Creates or upgrades the two databases of the Temporal server: its own and the one that lists of runs are read from.
# Runs before each start of the server and changes nothing where the schema is already the server's.
# The address and the credentials come in as the SQL_* variables that temporal-sql-tool reads.
set -eu

schema_of() {
  database=$1
  versions=$2
  temporal-sql-tool --database "$database" create-database
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-dir "$versions"
}

SCHEMAS=${TEMPORAL_SCHEMAS:-/etc/temporal/schema/postgresql/v12}
schema_of temporal "$SCHEMAS/temporal/versioned"
schema_of temporal_visibility "$SCHEMAS/visibility/versioned"
