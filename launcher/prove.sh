# shellcheck shell=bash
# shellcheck disable=SC2154  # root, server, build, java and usage are set by cmp
# ./cmp simulate and ./cmp torture: the ledger under faults, for as long as you like.

# For tools that are main classes of the test tree: compiles it and prints its class path, on the last line.
test_path() {
  need_jdk
  need_maven
  mkdir -p "$build"
  quietly "Compiling the tests" "$build/prove.log" maven -q test-compile dependency:build-classpath \
    -Dmdep.includeScope=test "-Dmdep.outputFile=$build/test.classpath" >&2
  printf '%s' "$server/target/test-classes:$server/target/classes:$(cat "$build/test.classpath")"
}

# options NAMES… -- ARGUMENTS…: sets the variables of these names from --name value.
options() {
  local names=()
  while [ "$1" != -- ]; do
    names+=("$1")
    shift
  done
  shift
  while [ $# != 0 ]; do
    local name=${1#--}
    if [[ " ${names[*]} " != *" $name "* ]] || [ "$1" = "$name" ]; then usage "there is no option '$1' here"; fi
    [[ $# -gt 1 && $2 =~ ^[0-9]+$ ]] || usage "$1 takes a whole number"
    printf -v "$name" '%s' "$2"
    shift 2
  done
}

simulate() {
  local minutes=5 seed="" path
  options minutes seed -- "$@"
  need_jdk
  path=$(test_path)
  # shellcheck disable=SC2086  # no seed is no argument
  exec "$java" -Xmx512m -XX:+UseSerialGC -cp "$path" dev.gsv.cmp.billing.LedgerSimulationTest "$minutes" $seed
}

torture() {
  local rounds=10 seed="" path scratch
  options rounds seed -- "$@"
  need_jdk
  build_app
  path=$(test_path)
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/cmp-torture-XXXXXX")
  exec "$java" -Xmx256m -XX:+UseSerialGC -cp "$path" dev.gsv.cmp.billing.Torture "$rounds" "$seed" "$(app)" "$scratch"
}
