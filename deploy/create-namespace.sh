#!/bin/sh
# Registers the namespace, once. An existing one keeps its retention, even if the variable says something else by now:
# a shorter retention deletes histories, which is not for a start script to decide.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by the Temporal CLI itself.
set -eu

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "Namespace '$TEMPORAL_NAMESPACE' exists; 'temporal operator namespace update' changes its retention."
  exit 0
fi

temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
