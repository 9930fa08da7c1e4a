# shellcheck shell=bash
# A running CMP for tests written in shell: started as a person starts it, over a data directory of its own.

root=${CMP_ROOT:-$(git rev-parse --show-toplevel)}
work=$(mktemp -d)
node=""
export CMP_DATA=$work/data CMP_AOT=off CMP_LOG=text

# What has to be built is built before any clock runs.
"$root/cmp" prepare >/dev/null

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)) && listening "$port"; do :; done
  printf '%s' "$port"
}

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

passed() { printf 'passed: %s\n' "$*"; }

# Prints the status of GET /health, or nothing.
health() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3 \
    && read -r _ status _ <&3 && printf "%s" "$status"' _ "$CMP_PORT" 2>/dev/null || true
}

# Starts CMP on a free port and waits until it is ready. Sets node (its process) and CMP_PORT.
start_node() {
  CMP_PORT=$(free_port)
  export CMP_PORT
  # A process group of its own, as a terminal gives it, so that a test can press Ctrl-C.
  set -m
  "$root/cmp" up >"$work/up.log" 2>&1 </dev/null &
  node=$!
  set +m
  local tries=0
  until [ "$(health)" = 200 ]; do
    kill -0 "$node" 2>/dev/null || { cat "$work/up.log" >&2; fail "CMP ended before it was ready"; }
    tries=$((tries + 1))
    [ $tries -lt 240 ] || { cat "$work/up.log" >&2; fail "CMP is not ready after 120 s"; }
    sleep 0.5
  done
}

# What a terminal does with Ctrl-C: SIGINT to everyone in the foreground.
press_ctrl_c() { kill -INT -- "-$node"; }

# The processes of the database under this test's data directory.
database_processes() { pgrep -f -- "-D $CMP_DATA/postgres/cluster" || true; }

# Waits at most $1 tenths of a second for the process $2.
ended_within() {
  local tenths=$1
  while kill -0 "$2" 2>/dev/null; do
    tenths=$((tenths - 1))
    [ $tenths -gt 0 ] || return 1
    sleep 0.1
  done
}

leave() {
  local pid
  if [ -n "$node" ] && kill -TERM "$node" 2>/dev/null; then
    ended_within 50 "$node" || kill -KILL "$node" 2>/dev/null || true
  fi
  for pid in $(database_processes); do kill -QUIT "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap leave EXIT
