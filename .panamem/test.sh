# Builds and tests everything; the runners' closing lines come once more at the end.
# shellcheck shell=bash

test_sanitized() {
  local folder=$target/sanitized
  cmake -S "$root" -B "$folder" -DCMAKE_BUILD_TYPE=Debug -DPANAMEM_SANITIZE=address,undefined &&
    cmake --build "$folder" --parallel "$(nproc)" &&
    ctest --test-dir "$folder" --output-on-failure --no-tests=error
}

# Goes on after a failure, so that one run tells all.
test_step() { # name, command…
  printf '\n==== %s\n' "$1"
  "${@:2}" 2>&1 9>&- | tee -a "$target/test.log" || failed+=("$1")
}

closing_lines() {
  printf '\n==== the closing lines once more\n'
  grep -hE '^\[(INFO|WARNING|ERROR)\] +Tests run: [0-9, :A-SU-Za-z]*$|tests passed, [0-9]+ tests failed' "$target/test.log" || true
}

command_test() {
  local sanitized=false left=long,cpython option names
  local -a failed=()
  for option in "$@"; do
    case $option in
      --sanitize) sanitized=true ;;
      --cpython) left=long ;;
      --all) sanitized=true left=none ;;
      *) die "test: unknown option $option; ./panamem --help lists them" ;;
    esac
  done
  build_lock
  packages_need build tests peers
  jdk_need
  : >"$target/test.log"
  export PANAMEM_TESTING=1
  stamp_begin
  test_step "mvn verify" maven verify "-Dpanamem.tests.left=$left"
  if ((${#failed[@]} == 0)); then
    stamp_end
  fi
  if [[ $sanitized == true ]]; then
    test_step "the C tests under ASan and UBSan" test_sanitized
  fi
  build_unlock
  closing_lines
  if ((${#failed[@]} > 0)); then
    printf -v names ', %s' "${failed[@]}"
    die "failed: ${names#, }"
  fi
}
