# Builds and tests everything, or compares CPython's own tests; closing lines come once more at the end.
# shellcheck shell=bash

test_sanitized() {
  local folder=$target/sanitized
  cmake -S "$root" -B "$folder" -DCMAKE_BUILD_TYPE=Debug -DPANAMEM_SANITIZE=address,undefined &&
    cmake --build "$folder" --parallel "$(nproc)" &&
    ctest --test-dir "$folder" --output-on-failure --no-tests=error
}

# What runs programs, once more with core=native.
test_native() {
  maven verify -pl native,bindings,src -Dpanamem.core=native "-Dpanamem.tests.left=$left,jvm" \
    -Dpanamem.ctest.skip=true -Dtest=LayersTest -Dsurefire.failIfNoSpecifiedTests=false
}

# The judge of CPython's own tests, from the test classes.
cpython_tests() {
  [[ ! -t 1 ]] || set -- --terminal "$@"
  "$jdk/bin/java" -XX:+UseSerialGC -Dpanamem.core="${core:-jvm}" -Dpanamem.root="$root" -Dpanamem.stage="$stage" -Dpanamem.cpython="$cpython" \
    -cp "$root/src/target/test-classes" io.github.panamem.cpython.CommandLine "$@" 9>&-
}

# ./panamem test --cpython: nothing else is tested. The lock is held to the end, so that nobody swaps the libraries.
test_cpython() {
  local classes=$target/test-classes-built core=jvm
  local -a rest=()
  while (($# > 0)); do
    if [[ $1 == --core ]]; then
      core=${2:-}
      [[ $core == jvm || $core == native ]] || die "test --cpython: --core needs a value, jvm or native"
      shift
    else
      rest+=("$1")
    fi
    shift
  done
  unpack_python
  build_lock
  packages_need build cpython
  jdk_need
  if changed || newer "$classes" "$stamp" "$root/src/test"; then
    stamp_begin
    build_modules native,bindings,src -Dmaven.test.skip=false
    stamp_end
    touch "$classes"
  fi
  [[ $core == jvm ]] || native_core || die "test --cpython: there is no native core; ./panamem build --native makes it"
  cpython_tests "${rest[@]}"
}

# Goes on after a failure, so that one run tells all.
test_step() { # name, command…
  printf '\n==== %s\n' "$1"
  "${@:2}" 2>&1 9>&- | tee -a "$target/test.log" || failed+=("$1")
}

closing_lines() {
  printf '\n==== the closing lines once more\n'
  grep -hE '^\[(INFO|WARNING|ERROR)\] +Tests run: [0-9, :A-SU-Za-z]*$|tests passed, [0-9]+ tests failed|^CPython.s tests: ' "$target/test.log" || true
}

command_test() {
  local sanitized=false all=false native=false left=long modules=modules option names
  local -a failed=() profile
  if [[ ${1:-} == --cpython ]]; then
    test_cpython "${@:2}"
    return
  fi
  if [[ ${1:-} == --testcapi-mem ]]; then
    (($# == 2)) || die "test --testcapi-mem needs the path of a CPython source tree and nothing else"
    test_testcapi "$2"
    return
  fi
  if [[ ${1:-} == --fuzz ]]; then
    (($# <= 2)) || die "test --fuzz needs at most a number of seconds"
    test_fuzz "${@:2}"
    return
  fi
  if [[ ${1:-} == --security ]]; then
    (($# == 2)) || die "test --security needs the path of a mimalloc-bench source tree and nothing else"
    test_security "$2"
    return
  fi
  for option in "$@"; do
    case $option in
      --sanitize) sanitized=true ;;
      --native) native=true ;;
      --all) sanitized=true all=true left=none modules=all_modules ;;
      *) die "test: unknown option $option; ./panamem --help lists them" ;;
    esac
  done
  build_lock
  packages_need build tests peers cpython
  packages_wish "$modules" counts
  jdk_need
  if [[ $native == true ]]; then
    graal_need
    with_native=true
  fi
  : >"$target/test.log"
  export PANAMEM_TESTING=1
  stamp_begin
  native_profile
  GRAALVM_HOME=${graal:-} test_step "mvn verify" maven "${profile[@]}" verify "-Dpanamem.tests.left=$left"
  if ((${#failed[@]} == 0)); then
    stamp_end
  fi
  if [[ $native == true ]]; then
    test_step "the end-to-end tests on the native core" test_native
  fi
  if [[ $sanitized == true ]]; then
    test_step "the C tests under ASan and UBSan" test_sanitized
  fi
  if [[ $all == true ]]; then
    test_step "CPython's own tests, all of them" cpython_tests all
  fi
  build_unlock
  closing_lines
  if ((${#failed[@]} > 0)); then
    printf -v names ', %s' "${failed[@]}"
    die "failed: ${names#, }"
  fi
}
