# Fuzzes the C API: libFuzzer thinks of programs (native/tests/fuzz), one mode after the other, until the time is over or
# something is found. docs/FUZZING.md tells more.
# shellcheck shell=bash

fuzz_seconds=900     # if nothing else is said
fuzz_slice_most=120  # seconds that a mode has at a time
fuzz_patience=120    # seconds; a program that takes longer hangs
fuzz_bin=$target/fuzz/native/tests
fuzz_work=$target/fuzz/work # what has been learned so far, and findings

# alone: without Java. Name, PANAMEM_MALLOC, PANAMEM_OPTIONS, and what the program is told beside. A small range and small
# magazines, so that their ends are met. Each mode names its core, since a native one may be there.
fuzz_modes() {
  sed 's/range=/core=jvm,range=/' <<'TEXT'
arena           arena         range=64m,magazine=1m
debug           arena_debug   range=64m,magazine=1m
pymalloc        pymalloc      range=64m
hardened        hardened      range=64m,magazine=1m
guard           guard         range=256m,guard.quarantine=4m:256
alone           arena         range=64m,magazine=1m,boot=lazy,boot.after=1t
upcall          upcall        range=64m
limit           arena         range=64m,limit=8m,limit.obj=3m
trace           arena         range=64m,magazine=1m,trace=4
zero            hardened      range=64m,magazine=1m,hardened=zero
pymalloc-debug  pymalloc_debug range=64m
guard-left      guard:rate=3  range=256m,guard.edge=left,guard.quarantine=1m:64
decay           arena         range=256m,decay=0,dirty=1m
adopted         arena         range=64m,magazine=1m,boot=lazy,boot.after=12m
closed          arena         range=64m,magazine=1m                              PANAMEM_FUZZ_CLOSED=1
debug-sampled   arena_debug   range=64m,stacks=4:2,trace=1:7,format=json
upcall-debug    upcall_debug  range=64m
malloc-debug    malloc_debug  range=64m
alone-debug     arena_debug   range=64m,magazine=1m,boot=lazy,boot.after=1t
alone-hardened  hardened      range=64m,magazine=1m,boot=lazy,boot.after=1t,hardened=zero
alone-guard     guard         range=256m,guard.quarantine=4m:256,boot=lazy,boot.after=1t
alone-pymalloc  pymalloc      range=64m,boot=lazy,boot.after=1t
TEXT
  if native_core; then
    cat <<'TEXT'
native          arena         range=64m,magazine=1m,core=native,boot=sync
native-adopted  arena         range=64m,magazine=1m,core=native,boot.after=12m
TEXT
  fi
}

fuzz_say() {
  printf '%s %s\n' "$(date +%H:%M:%S)" "$*"
}

# In $compiler: a clang that has libFuzzer and UBSan with it.
fuzz_find_compiler() {
  local probe=$target/fuzz-probe
  mkdir -p "$target"
  for compiler in clang $(compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -Vru); do
    if type -P "$compiler" >/dev/null && printf 'int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return 0 * (b != 0) * (n != 0); }' |
      "$compiler" -fsanitize=fuzzer,undefined -x c - -o "$probe" 2>/dev/null; then
      rm "$probe"
      return
    fi
  done
  return 1
}

fuzz_build() {
  local compiler
  fuzz_find_compiler || packages_install clang libclang-rt-dev
  fuzz_find_compiler || die "test --fuzz: no clang here can link -fsanitize=fuzzer; Debian has it in clang and libclang-rt-dev"
  say "building with $compiler; the log is $target/fuzz.log"
  if ! { JAVA_HOME=$jdk cmake -S "$root" -B "$target/fuzz" -DCMAKE_C_COMPILER="$compiler" -DPANAMEM_FUZZ=ON &&
    cmake --build "$target/fuzz" --parallel "$(nproc)" --target panamem-fuzz panamem-fuzz-replay panamem-fuzz-parsers; } >"$target/fuzz.log" 2>&1 9>&-; then
    tail -n 15 "$target/fuzz.log" >&2
    die "the fuzz target could not be built; the whole log is $target/fuzz.log"
  fi
  ln -sfn "$stage/lib/panamem" "$fuzz_bin/panamem" # the jar lies beside the library, which is a part of the program
  rm -f "$fuzz_bin/libpanamem-core.so"
  if native_core; then
    ln -s "$stage/lib/libpanamem-core.so" "$fuzz_bin/"
  fi
}

# A mode without a corpus begins with programs of noise.
fuzz_seed() { # folder
  local bytes
  mkdir -p "$1"
  if [[ -z $(ls -A "$1") ]]; then
    for bytes in 20 40 60 80 120 160 200 240 280 320; do
      head -c "$bytes" /dev/urandom >"$1/noise-$bytes"
    done
  fi
}

# What C parses (parsers.c): no heap and no modes; false when something was found. The first letter of a text says, modulo 4,
# which parser takes it.
fuzz_parsers() { # seconds
  local corpus=$fuzz_work/corpus/parsers
  mkdir -p "$corpus" "$fuzz_work/findings"
  printf 'Aarena_debug' >"$corpus/allocator"
  printf 'B3-5:mem:size=8:site=f:test' >"$corpus/plan"
  printf 'Cobj:size=8' >"$corpus/filter"
  printf 'Dlimit.obj=3k,boot=lazy,report=exit:/x-%%p,stacks=16:64,guard.quarantine=4m:256,fail=3-5:mem' >"$corpus/options"
  if ! "$fuzz_bin/panamem-fuzz-parsers" "$corpus" -max_total_time="$1" -max_len=1500 -reload=0 \
    -artifact_prefix="$fuzz_work/findings/parsers-" >"$fuzz_work/parsers.log" 2>&1 </dev/null 9>&-; then
    grep -E 'not so|runtime error' "$fuzz_work/parsers.log" >&2 || true
    say "found in what C parses: $(grep -o 'Test unit written to .*' "$fuzz_work/parsers.log")"
    return 1
  fi
  fuzz_say "parsers: clean, $(grep -o 'Done [0-9]* runs' "$fuzz_work/parsers.log" || true)"
}

# Runs libFuzzer once; false when it has found something.
fuzz_slice() { # name, allocator, options, further, seconds
  local corpus=$fuzz_work/corpus/$1 status=0
  fuzz_seed "$corpus"
  mkdir -p "$fuzz_work/findings"
  # HotSpot owns the fault signals; the heap may grow as its options say.
  env ${4:+"$4"} PANAMEM_JAVA_HOME="$jdk" PANAMEM_MALLOC="$2" PANAMEM_OPTIONS="$3" PANAMEM_FUZZ_RECORDING="$fuzz_work/$1.recording" \
    PANAMEM_FUZZ_SAID="$fuzz_work/$1.said" PANAMEM_FUZZ_TOTALS="$fuzz_work/totals" \
    "$fuzz_bin/panamem-fuzz" "$corpus" -max_total_time="$5" -max_len=1024 -timeout="$fuzz_patience" -rss_limit_mb=0 -reload=0 \
    -handle_segv=0 -handle_bus=0 -handle_fpe=0 -handle_ill=0 -close_fd_mask=2 -print_final_stats=1 \
    -artifact_prefix="$fuzz_work/findings/$1-" >"$fuzz_work/$1.log" 2>&1 </dev/null 9>&- || status=$?
  ((status == 0)) || fuzz_found "$@" "$status"
}

# The recording says what to run again, whatever ended the process.
fuzz_found() { # name, allocator, options, further, seconds, status
  local kept file
  kept=$fuzz_work/findings/$1-$(date +%H%M%S)
  for file in recording said log; do
    cp "$fuzz_work/$1.$file" "$kept.$file" || true
  done
  tail -n 8 "$kept.said" >&2
  say "found in mode $1 (status $6): the input is $kept.recording. Again, with the last program only (--last 0: all of them):"
  say "  ${4:+$4 }PANAMEM_JAVA_HOME=$jdk PANAMEM_MALLOC=$2 PANAMEM_OPTIONS=$3 $fuzz_bin/panamem-fuzz-replay --last 1 $kept.recording"
  return 1
}

# The processes' totals, added up: "NAME programs N steps N …" each.
fuzz_sum() { # seconds
  awk -v seconds="$1" '{ for (i = 2; i < NF; i++) if ($i ~ /^[a-z]+$/) sum[$i] += $(i + 1) }
    END { printf "%d programs, %d steps, %d proofs, %d forks, %d storms, %d mistakes in %.2f hours",
      sum["programs"], sum["steps"], sum["proofs"], sum["forks"], sum["storms"], sum["mistakes"], seconds / 3600 }' "$fuzz_work/totals"
}

# All modes in turn for so many seconds; false when something was found.
fuzz_run() { # seconds
  local name allocator options further slice count begun=$SECONDS left=$1
  local -A ran=()
  count=$(fuzz_modes | wc -l)
  slice=$(($1 / count))
  slice=$((slice < 1 ? 1 : slice > fuzz_slice_most ? fuzz_slice_most : slice))
  mkdir -p "$fuzz_work"
  : >"$fuzz_work/totals"
  fuzz_parsers "$slice" || return 1
  while ((left > 0)); do
    while read -r name allocator options further; do
      ((left = $1 - (SECONDS - begun))) || true
      ((left > 0)) || break
      if ! fuzz_slice "$name" "$allocator" "$options" "$further" "$((left < slice ? left : slice))"; then
        fuzz_say "fuzzed: $(fuzz_sum $((SECONDS - begun))), 1 finding"
        return 1
      fi
      ran[$name]=yes
      fuzz_say "$name: clean; so far $(fuzz_sum $((SECONDS - begun)))"
    done < <(fuzz_modes)
  done
  fuzz_say "fuzzed: ${#ran[@]} of $count modes, $(fuzz_sum $((SECONDS - begun))), nothing found"
}

# ./panamem test --fuzz [SECONDS]: nothing else is tested.
test_fuzz() {
  local seconds=${1:-$fuzz_seconds}
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "test --fuzz: SECONDS is a number from 1 on, not '$seconds'"
  build_if_changed
  build_lock
  packages_need build tests
  jdk_need
  fuzz_build
  build_unlock
  fuzz_run "$seconds" || die "the fuzz target has found something"
}
