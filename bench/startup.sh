#!/usr/bin/env bash
# Seconds until ready, cold and warm, with and without the AOT cache; memory at rest.
set -euo pipefail

root=${CMP_ROOT:?run it as: ./cmp bench startup}
rounds=${CMP_ROUNDS:-5}
rest=${CMP_REST_SECONDS:-10}
work=$(mktemp -d)
export CMP_LOG=text CMP_DATA=$work/data
node=""

# shellcheck disable=SC2317  # called by the trap
leave() {
  local pid
  [ -z "$node" ] || kill -KILL "$node" 2>/dev/null || true
  for pid in $(pgrep -f -- "-D $work/.*/cluster" || true); do kill -QUIT "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap leave EXIT

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

ready() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  [ "$(timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3 \
    && read -r _ status _ <&3 && printf "%s" "$status"' _ "$CMP_PORT" 2>/dev/null)" = 200 ]
}

# Starts CMP over $CMP_DATA; milliseconds until ready in $elapsed.
start() {
  local began deadline=$((SECONDS + 120))
  while CMP_PORT=$((20000 + RANDOM % 20000)) && listening "$CMP_PORT"; do :; done
  export CMP_PORT
  began=$(date +%s%3N)
  "$root/cmp" up >"$work/log" 2>&1 </dev/null &
  node=$!
  until ready; do
    if ! kill -0 "$node" 2>/dev/null || [ $SECONDS -gt $deadline ]; then
      cat "$work/log" >&2
      exit 1
    fi
    sleep 0.05
  done
  elapsed=$(($(date +%s%3N) - began))
}

stop() {
  kill -TERM "$node"
  wait "$node" || true
  node=""
}

# Megabytes of a process: resident (Rss), or proportional (Pss, shared pages counted once).
megabytes() { awk -v what="$1:" '$1 == what { printf "%d", $2 / 1024 }' "/proc/$2/smaps_rollup" 2>/dev/null || echo 0; }

# Memory at rest, in MB, in $jvm and $database.
weigh() {
  local pid child
  sleep "$rest"
  jvm=$(megabytes Rss "$node")
  database=0
  for pid in $(pgrep -f -- "-D $CMP_DATA/postgres/cluster"); do
    database=$((database + $(megabytes Pss "$pid")))
    for child in $(pgrep -P "$pid"); do database=$((database + $(megabytes Pss "$child"))); done
  done
}

# row NAME VALUES…: minimum, median, maximum of milliseconds.
row() {
  local name=$1
  shift
  printf '%s\n' "$@" | sort -n | awk -v name="$name" '
    { value[NR] = $1 }
    END { printf "  %-34s %7.2f %7.2f %7.2f\n", name, value[1] / 1000, value[int((NR + 1) / 2)] / 1000, value[NR] / 1000 }'
}

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

echo "building, and training the AOT cache…"
CMP_AOT=on "$root/cmp" prepare >"$work/prepared"
cache=$(tail -n 1 "$work/prepared")
[ -e "$cache" ] || { echo "no AOT cache was made: see build/aot.log" >&2; exit 1; }

cold=() warm_without=() warm_with=() weight_without=() weight_with=() databases=()
for ((round = 1; round <= rounds; round++)); do
  rm -rf "$CMP_DATA"
  CMP_AOT=on start
  cold+=("$elapsed")
  stop
  CMP_AOT=off start
  warm_without+=("$elapsed")
  weigh
  weight_without+=("$jvm")
  stop
  CMP_AOT=on start
  warm_with+=("$elapsed")
  weigh
  weight_with+=("$jvm")
  databases+=("$database")
  stop
  echo "round $round of $rounds: cold ${cold[-1]} ms, warm ${warm_with[-1]} ms (without the cache ${warm_without[-1]} ms)," \
    "at rest ${weight_with[-1]} MB (${weight_without[-1]} MB) + PostgreSQL ${databases[-1]} MB"
done

with=$(median "${warm_with[@]}")
without=$(median "${warm_without[@]}")
jvm=$(median "${weight_with[@]}")
jvm_without=$(median "${weight_without[@]}")
database=$(median "${databases[@]}")

echo
echo "$(nproc) cores, $(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo) GB, $rounds rounds," \
  "cache $(($(stat -c %s "$cache") / 1048576)) MB"
echo
printf '  %-34s %7s %7s %7s\n' "seconds until /health is 200" min median max
row "cold: new database" "${cold[@]}"
row "warm, without the AOT cache" "${warm_without[@]}"
row "warm, with the AOT cache" "${warm_with[@]}"
awk -v a="$without" -v b="$with" 'BEGIN { printf "  %-34s %15.2f\n", "ratio without / with", a / b }'
echo
printf '  %-34s %15s\n' "MB at rest, after $rest s" median
printf '  %-34s %15d   (without the cache %d)\n' "program, resident" "$jvm" "$jvm_without"
printf '  %-34s %15d\n' "PostgreSQL, proportional" "$database"
printf '  %-34s %15d\n' "together" "$((jvm + database))"
echo

verdict=0
[ "$with" -le 10000 ] || { echo "MISSED: a warm start takes more than 10 s"; verdict=1; }
[ $((jvm + database)) -le 400 ] || { echo "MISSED: more than 400 MB at rest"; verdict=1; }
[ $verdict != 0 ] || echo "target met: warm start within 10 s, at most 400 MB at rest"
exit $verdict
