# shellcheck shell=bash
# shellcheck disable=SC2154  # root, server, build, flags and java are set by cmp
# The JDK's AOT cache (JEP 483, 514, 515): classes loaded, linked and profiled ahead of time, which halves the start.
# Made in the background after the first start of a build; part of ./cmp.

# One cache for each build, set of flags and JDK: a stale one has another name and is never opened.
aot_cache() {
  local key
  key=$({ printf '%s ' "${flags[@]}" "${CMP_JAVA_OPTS:-}"; cat "$JAVA_HOME/release"; } | cksum | cut -d' ' -f1)
  printf '%s/aot-%s' "$1" "$key"
}

# Starts a watcher that is nobody's child: it makes the cache after CMP is ready, at the lowest priority, and ends with it.
watch_over() {
  (
    # A terminal sends its signals to everyone; this one ends because CMP has ended, and cleans up.
    trap '' HUP INT QUIT
    ( watch "$@" </dev/null >"$build/aot.log" 2>&1 & )
  )
}

watch() {
  local cmp=$1 app=$2 cache=$3 port=$4
  until [ "$(http_status "$port" /health)" = 200 ]; do
    kill -0 "$cmp" 2>/dev/null || return 0
    sleep 0.5
  done
  make_cache "$app" "$cache" "$cmp"
}

# A training run: CMP over a throw-away database, without a setting of the user's, started, asked a few things, stopped.
# The JVM writes what it learnt. Ends at once when the process $3 ends.
make_cache() {
  local app=$1 cache=$2 cmp=$3 work pid port="" path
  mkdir -p "$build/training"
  exec 7>"$build/training/lock"
  ! command -v flock >/dev/null || flock -n 7 || return 0
  find "$build/training" -mindepth 1 -maxdepth 1 -type d | while read -r work; do end_training "" "$work"; done
  work=$(mktemp -d "$build/training/XXXXXX")
  : >"$work/log"
  local java_opts=()
  read -ra java_opts <<<"${CMP_JAVA_OPTS:-}"
  env -i PATH="$PATH" HOME="${HOME:-/}" TMPDIR="$work" CMP_DATA="$work/data" CMP_PORT=0 CMP_LOG=text \
    nice -n 19 "$java" "${flags[@]}" "${java_opts[@]}" -XX:AOTCacheOutput="$work/cache" '-Xlog:aot*=error' '-Xlog:cds*=error' \
    -jar "$app/cmp.jar" >"$work/log" 2>&1 7>&- &
  pid=$!
  while [ -z "$port" ]; do
    port=$(sed -n 's/.* is at http:\/\/localhost:\([0-9]*\).*/\1/p' "$work/log")
    if ! kill -0 "$cmp" 2>/dev/null || ! kill -0 "$pid" 2>/dev/null; then
      end_training "$pid" "$work"
      return
    fi
    sleep 0.3
  done
  for path in /health / /metrics /api/schema /api/schema/ /api/docs/ /nothing-here /health; do
    http_status "$port" "$path" >/dev/null
  done
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    kill -0 "$cmp" 2>/dev/null || break
    sleep 0.3
  done
  # Moved into place only when the JVM takes it.
  if [ -s "$work/cache" ] && kill -0 "$cmp" 2>/dev/null \
    && "$java" "${flags[@]}" -XX:AOTMode=on -XX:AOTCache="$work/cache" -cp "$app/cmp.jar" -version >/dev/null 2>&1; then
    mv "$work/cache" "$cache"
  fi
  end_training "$pid" "$work"
}

# Ends a training run: its JVM, the JVM that assembles the cache, its database.
end_training() {
  local pid=$1 work=$2 postmaster
  if [ -n "$pid" ]; then
    pkill -KILL -P "$pid" 2>/dev/null || true
    kill -KILL "$pid" 2>/dev/null || true
  fi
  postmaster=$(head -n 1 "$work/data/postgres/cluster/postmaster.pid" 2>/dev/null || true)
  if [ -n "$postmaster" ] && [ "$(readlink "/proc/$postmaster/cwd")" = "$work/data/postgres/cluster" ]; then
    kill -QUIT "$postmaster" 2>/dev/null || true
    for _ in {1..20}; do
      [ -e "/proc/$postmaster/cwd" ] || break
      sleep 0.1
    done
  fi
  rm -rf "$work"
}
