# shellcheck shell=bash
# shellcheck disable=SC2154  # root, server, build, flags and java are set by cmp
# ./cmp test and ./cmp check: every check is counted, the last line is "N passed, N failed".

passed=0
failed=0
skipped=0
failures=()

# step NAME COMMAND…: counts a check that is no JUnit test.
step() {
  local name=$1
  shift
  say "" "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
  fi
}

shell_sources() {
  printf '%s\n' "$root/cmp" "$root/.ci/run"
  find "$root/launcher" "$root/bench" "$root/conformance" "$server/src/test/shell" -name '*.sh' 2>/dev/null || true
}

shell_is_clean() {
  if ! command -v shellcheck >/dev/null; then
    say "shellcheck is not installed (apt-get install shellcheck): bash -n instead"
    shell_sources | xargs -n 1 bash -n
  else
    shell_sources | xargs shellcheck
  fi
}

# Adds the counts of the JUnit reports.
count_reports() {
  local tests bad ignored
  read -r tests bad ignored < <(find "$server/target/surefire-reports" -name 'TEST-*.xml' -exec cat {} + 2>/dev/null \
    | awk '
        function number(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3) + 0 : 0 }
        /<testsuite / { tests += number("tests"); bad += number("failures") + number("errors"); ignored += number("skipped") }
        END { print tests + 0, bad + 0, ignored + 0 }')
  passed=$((passed + tests - bad - ignored))
  failed=$((failed + bad))
  skipped=$((skipped + ignored))
  [ "$bad" = 0 ] || failures+=("$bad of $tests tests: server/target/surefire-reports")
}

junit() {
  say "" "== compile and tests"
  rm -rf "$server/target/surefire-reports"
  local before=$failed status=0
  touch "$build/sources"
  # A failed test is counted below; what comes after the tests is tried all the same.
  maven -Dmaven.test.failure.ignore=true verify || status=$?
  count_reports
  if [ $status != 0 ] && [ $failed = "$before" ]; then
    failed=$((failed + 1))
    failures+=("compile")
  fi
  return $status
}

shell_tests() {
  local script
  while read -r script; do
    step "$(basename "$script")" bash "$script"
  done < <(find "$server/src/test/shell" -maxdepth 1 -name '*.sh' | sort)
}

summary() {
  say "" "== $1 in $((SECONDS / 60)) min $((SECONDS % 60)) s"
  [ ${#failures[@]} = 0 ] || printf 'failed: %s\n' "${failures[@]}"
  if [ $skipped != 0 ]; then
    say "$passed passed, $failed failed, $skipped skipped"
  else
    say "$passed passed, $failed failed"
  fi
  [ $failed = 0 ]
}

run_test() {
  need_jdk
  need_maven
  mkdir -p "$build/app"
  step "shell scripts" shell_is_clean
  step "format" maven -q spotless:check
  if junit; then
    install_app "$build/sources"
    export CMP_ROOT=$root CMP_AOT=off
    shell_tests
  fi
  summary "tested"
}

check() {
  need_jdk
  need_maven
  step "shell scripts" shell_is_clean
  step "format" maven -q spotless:check
  step "compile" maven -q test-compile
  summary "checked"
}
