# CPython's own test of its allocators, Modules/_testcapi/mem.c of a source tree, linked with libpanamem instead of an interpreter.
# shellcheck shell=bash

testcapi_tests="test_pymem_alloc0 test_pymem_setallocators test_pymem_setrawallocators test_pyobject_new test_pyobject_setallocators"
# Not every version has them; those on freed objects are about what debug hooks write.
testcapi_tests_of_some="tracemalloc_track_race"
testcapi_debug_tests_of_some="check_pyobject_null_is_freed check_pyobject_uninitialized_is_freed check_pyobject_forbidden_bytes_is_freed check_pyobject_freed_is_freed"
testcapi_crashes="pymem_buffer_overflow pymem_api_misuse pymem_malloc_without_gil pyobject_malloc_without_gil"
testcapi_allocators="arena upcall pymalloc malloc arena_debug upcall_debug pymalloc_debug malloc_debug"

testcapi_build() { # source tree, program
  local sources=$root/native/tests/testcapi
  cc -std=gnu17 -O1 -g -I"$sources" -I"$1/Include" -I"$1/Modules/_testcapi" -I"$stage/include" \
    "$1/Modules/_testcapi/mem.c" "$sources/python.c" "$sources/python_threads.c" "$sources/main.c" \
    -L"$stage/lib" -lpanamem -Wl,-rpath,"$stage/lib" -o "$2"
}

# One answer, as it must be.
testcapi_expect() { # what, expected, found
  if [[ -n $2 && $2 == "$3" ]]; then
    printf '  ok: %s\n' "$1"
  else
    printf '  FAILED: %s\n--- expected\n%s\n--- found\n%s\n' "$1" "$2" "$3"
    testcapi_failed=$((testcapi_failed + 1))
  fi
}

# The dump of a block and the fatal error, without what differs from run to run.
testcapi_words() {
  sed -n '/^Debug memory block/,/^Fatal Python error/p; /^Fatal Python error: _PyMem_Debug[MCRF]/p' |
    sed 's/0x[0-9a-f]\{6,\}/0x#/g' | uniq
}

testcapi_stock_words() { # function
  PYTHONMALLOC=debug "$cpython/bin/python3" -c "import _testcapi; _testcapi.$1()" 2>&1 | testcapi_words
}

testcapi_there() { # source tree, functions: those that its mem.c has
  local name
  for name in $2; do
    ! grep -q "\"$name\"" "$1/Modules/_testcapi/mem.c" || printf '%s\n' "$name"
  done
}

testcapi_run() { # source tree, program, allocator
  local tree=$1 tests=$testcapi_tests name
  shift
  tests+=" $(testcapi_there "$tree" "$testcapi_tests_of_some")"
  [[ $2 != *_debug ]] || tests+=" $(testcapi_there "$tree" "$testcapi_debug_tests_of_some")"
  for name in $tests; do
    testcapi_expect "$2: $name" None "$(PANAMEM_MALLOC=$2 "$1" "$name" 2>&1)"
  done
  [[ -z $(testcapi_there "$tree" pymem_getallocatorsname) ]] ||
    testcapi_expect "$2: pymem_getallocatorsname" "$2" "$(PANAMEM_MALLOC=$2 "$1" pymem_getallocatorsname 2>&1)"
  testcapi_expect "$2: set_nomemory(0)" $'000000\n111111' "$(PANAMEM_MALLOC=$2 "$1" requests 0 0 6 2>&1)"
  testcapi_expect "$2: set_nomemory(2, 4)" $'110011\n111111' "$(PANAMEM_MALLOC=$2 "$1" requests 2 4 6 2>&1)"
  [[ $2 == *_debug ]] || return 0
  for name in $testcapi_crashes; do
    testcapi_expect "$2: $name ends as on stock CPython" "$(testcapi_stock_words "$name")" \
      "$( (PANAMEM_MALLOC=$2 "$1" "$name") 2>&1 | testcapi_words)"
  done
}

# ./panamem test --testcapi-mem PATH
test_testcapi() { # source tree of a CPython
  local program=$target/testcapi allocator testcapi_failed=0
  [[ -f $1/Modules/_testcapi/mem.c ]] || die "test --testcapi-mem: there is no Modules/_testcapi/mem.c in $1; it wants the source tree of a CPython 3.12 or later"
  build_if_changed
  unpack_python
  jdk_need
  testcapi_build "$1" "$program" || die "mem.c of $1 does not build with libpanamem"
  export PANAMEM_JAVA_HOME=$jdk
  ulimit -c 0
  for allocator in $testcapi_allocators; do
    testcapi_run "$1" "$program" "$allocator"
  done
  ((testcapi_failed == 0)) || die "failed: $testcapi_failed"
  say "mem.c passes under every allocator"
}
