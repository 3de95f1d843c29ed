#!/bin/sh
# Makes a password for the PostgreSQL of compose.yaml, and the routers' connection with it. Run once; does nothing when they are there.
set -eu
cd "$(dirname "$0")"
[ -e secrets/connection ] && exit 0
mkdir -p secrets
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" > secrets/postgres-password
# The containers' users read them; the folder keeps others of this host out.
printf 'Host=postgres;Database=actorbalancer;Username=actorbalancer;Password=%s' "$password" > secrets/connection
chmod 0700 secrets
chmod 0644 secrets/connection secrets/postgres-password
