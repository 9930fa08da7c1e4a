# shellcheck shell=bash disable=SC2154  # root is the caller's
# Runs a main class of the test tree, with the classes compiled when they are stale. Sourced; needs root, from CMP_ROOT.

# tool CLASS [JVM OPTION…] [-- ARGUMENT…]
tool() {
  local main=$1 options=() classpath=$root/build/tool-classpath log=$root/build/tool.log
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  [ "${1:-}" != -- ] || shift
  mkdir -p "$root/build"
  echo "Compiling (log: build/tool.log)"
  (cd "$root/server" && mvn -B -q test-compile dependency:build-classpath "-Dmdep.outputFile=$classpath") >"$log" 2>&1 \
    || { tail -n 20 "$log" >&2; exit 1; }
  "$JAVA_HOME/bin/java" "${options[@]}" -cp "$root/server/target/test-classes:$root/server/target/classes:$(cat "$classpath")" \
    "$main" "$@"
}
