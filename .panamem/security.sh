# The security programs of mimalloc-bench (bench/security), each built unmodified with libpanamem behind malloc, and with libc
# alone: what each allocator makes of 116 mistakes.
# shellcheck shell=bash

security_allocators="libc arena hardened zero guard" # zero: hardened with its option
security_sizes="8 4096 262144" # small, medium and large of its CMakeLists.txt
security_patience=60           # seconds; a program that hangs has caught nothing

# The malloc family that wrap.c defines leads there.
security_wraps() {
  sed -nE 's/^WRAPPED\([^,]*, ([a-zA-Z0-9_]+),.*/-Wl,--wrap=\1/p' "$root/benchmarks/c/wrap.c"
}

security_flags="-w -Wno-free-nonheap-object -fno-inline -fno-inline-small-functions -fno-ipa-pure-const"

security_compile() { # source, allocation size, program
  local -a compiler=(cc) wraps
  [[ $1 != *.cc ]] || compiler=(c++ -std=c++17 -fsized-deallocation)
  mapfile -t wraps < <(security_wraps)
  # shellcheck disable=SC2086
  "${compiler[@]}" $security_flags "-DALLOCATION_SIZE=$2" "$1" -o "$3.libc" &&
    "${compiler[@]}" $security_flags "-DALLOCATION_SIZE=$2" "$1" "${wraps[@]}" "$target/security/wrap.o" \
      -L"$stage/lib" -lpanamem -Wl,-rpath,"$stage/lib" -o "$3.wrapped"
}

# Names of the programs, as mimalloc-bench's build has them.
security_build() { # folder of the sources
  local source name size
  mkdir -p "$target/security"
  cc -O2 -c -I"$stage/include" "$root/benchmarks/c/wrap.c" -o "$target/security/wrap.o"
  for source in "$1"/*.cc; do
    name=$(basename "$source" .cc)
    security_compile "$source" 4096 "$target/security/$name" && printf '%s\n' "$name"
  done
  for source in "$1"/*.c; do
    for size in $security_sizes; do
      name=$(basename "$source" .c)_$size
      security_compile "$source" "$size" "$target/security/$name" && printf '%s\n' "$name"
    done
  done
}

# caught: ended before it could say that nothing was; late: ended by a signal after that; missed: neither.
security_verdict() { # program, allocator
  local said status=0 variant=wrapped name=$2 options=${PANAMEM_OPTIONS:-}
  case $2 in
    libc) variant=libc ;;
    zero) name=hardened options=${options:+$options,}hardened=zero ;;
  esac
  said=$( (PANAMEM_MALLOC=$name PANAMEM_OPTIONS=$options timeout "$security_patience" "$target/security/$1.$variant" 2>"$target/security/$1.$2.err") 2>/dev/null) || status=$?
  if ((status == 124)); then
    printf missed
  elif [[ $said != *NOT_CAUGHT* ]]; then
    printf caught
  elif ((status == 0)); then
    printf missed
  else
    printf late
  fi
}

security_row() { # program; counts into security_count
  local allocator verdict
  printf '  %-36s' "$1"
  for allocator in $security_allocators; do
    verdict=$(security_verdict "$1" "$allocator" 2>/dev/null)
    security_count[$allocator,$verdict]=$((${security_count[$allocator,$verdict]:-0} + 1))
    printf ' %-9s' "$verdict"
  done
  printf '\n'
}

security_sums() {
  local verdict allocator
  for verdict in caught late missed; do
    printf '  %-36s' "$verdict"
    for allocator in $security_allocators; do
      printf ' %-9s' "${security_count[$allocator,$verdict]:-0}"
    done
    printf '\n'
  done
}

# ./panamem test --security PATH
test_security() { # mimalloc-bench, or its bench/security
  local folder=$1 name
  local -A security_count=()
  local -a names
  [[ -f $folder/double_free.c ]] || folder=$1/bench/security
  [[ -f $folder/double_free.c ]] || die "test --security: there is no bench/security/double_free.c in $1; it wants the source tree of mimalloc-bench"
  build_if_changed
  jdk_need
  mapfile -t names < <(security_build "$folder")
  export PANAMEM_JAVA_HOME=$jdk
  ulimit -c 0
  printf '  %-36s' "${#names[@]} programs"
  # shellcheck disable=SC2086
  printf ' %-9s' $security_allocators
  printf '\n'
  for name in "${names[@]}"; do
    security_row "$name"
  done
  security_sums
  ((${security_count[guard,caught]:-0} >= 105 && ${security_count[guard,late]:-0} == 0)) || die "guard caught fewer than 105, or some late"
  ((${security_count[hardened,caught]:-0} >= 68)) || die "hardened caught fewer than 68"
}
