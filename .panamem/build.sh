# Builds what changed, quietly; when nothing did, one look at the files' times is all it takes.
# shellcheck shell=bash

maven() {
  (cd -- "$root" && JAVA_HOME=$jdk exec mvn -B -ntp -Dstyle.color=never "$@" </dev/null)
}

# True when one of the files or folders is newer than $1; a folder's time changes when a file goes.
newer() {
  [[ ! -e $1 ]] || [[ -n $(find "${@:2}" -name target -prune -o -newer "$1" -print -quit) ]]
}

# Never true for what ./panamem test runs: it has built, and it holds the lock.
changed() {
  [[ -z ${PANAMEM_TESTING:-} ]] && newer "$stamp" \
    "$root"/{pom.xml,.mvn,CMakeLists.txt,include,native,bindings/pom.xml,bindings/src/main,src/pom.xml,src/cache.flags,src/main,benchmarks/c}
}

# Maven's output into the log; where somebody looks, one line says which module it is at.
progress() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >&3
    if [[ -t 2 && $line =~ ^\[INFO\]\ Building\ (.*)\ [^\ ]+\ +\[([0-9]+/[0-9]+)\] ]]; then
      printf '\r\033[Kpanamem: building %s %s' "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" >&2
    fi
  done 3>"$target/build.log"
  if [[ -t 2 ]]; then
    printf '\r\033[K' >&2
  fi
}

# One at a time: programs that are started together may all find something to build. What tests start has their lock.
build_lock() {
  [[ -z ${PANAMEM_TESTING:-} ]] || return 0
  mkdir -p "$target" 2>/dev/null || true
  [[ -w $target ]] || die "cannot write into $target; please have the owner of $root run ./panamem build"
  exec 9>"$target/lock"
  flock 9
}

build_unlock() {
  exec 9>&-
}

# What is built from here on is as new as the files are now.
stamp_begin() {
  printf '%s\n' "$jdk" >"$stamp.begun"
}

stamp_end() {
  mv "$stamp.begun" "$stamp"
}

native_core() {
  [[ -e $stage/lib/libpanamem-core.so ]]
}

# In $profile: what Maven is told about the native core. One that is there is compiled again when its sources have changed,
# and goes where that cannot be done: the bridge would refuse it, or worse.
native_profile() {
  local core=$stage/lib/libpanamem-core.so
  profile=()
  if [[ ${with_native:-} == true ]]; then
    profile=(-Pnative)
  elif native_core && newer "$core" "$root"/{pom.xml,include/panamem/abi{,_pymalloc}.h,bindings/src/main,src/pom.xml,src/main}; then
    if graal_find; then
      profile=(-Pnative)
    else
      say "the native core is older than its sources and no GraalVM $graal_least is here: removed; a JVM serves"
      rm "$core"
    fi
  fi
}

build_modules() { # modules, Maven's option…
  local -a profile
  native_profile
  if ! GRAALVM_HOME=${graal:-} maven "${profile[@]}" -DskipTests -Dmaven.test.skip=true -Dpanamem.c.tests=OFF "${@:2}" package -pl "$1" 2>&1 9>&- | progress; then
    sed '/^\[INFO\] Reactor Summary/,$d' "$target/build.log" | tail -n 30 >&2
    die "the build failed; the whole log is $target/build.log"
  fi
}

build() {
  build_lock
  packages_need build
  jdk_need
  if changed; then
    [[ -t 2 ]] || say "building; the log is $target/build.log"
    stamp_begin
    build_modules native,bindings,src
    stamp_end
  fi
  build_unlock
}

build_if_changed() {
  if changed; then
    build
  fi
}

build_benchmarks() { # Maven's option…
  local jar=$root/benchmarks/target/panamem-benchmarks.jar
  build_if_changed
  if newer "$jar" "$root"/benchmarks/{pom.xml,main} "$stamp" || (($# > 0)); then
    build_lock
    jdk_need
    build_modules native,bindings,src,benchmarks "$@"
    touch "$jar" "$stamp"
    build_unlock
  fi
}

# The bundled CPython; its version stands in native/pom.xml.
unpack_python() {
  if [[ ! -x $cpython/bin/python3 ]]; then
    build_lock
    packages_need build
    jdk_need
    say "unpacking the bundled CPython"
    if ! maven -pl native dependency:unpack@cpython exec:exec@cpython-executable >"$target/python.log" 2>&1 9>&-; then
      tail -n 30 "$target/python.log" >&2
      die "the bundled CPython could not be unpacked; the whole log is $target/python.log"
    fi
    build_unlock
  fi
}

command_build() {
  case ${1:-} in
    '') ;;
    --native)
      graal_need
      with_native=true
      native_core || rm -f "$stamp"
      ;;
    *) die "build: unknown option $1; ./panamem --help lists them" ;;
  esac
  build
  say "built: $stage"
}

command_bench() {
  case ${1:-} in
    jmh) # its heaps come from a library that belongs to the C tests
      packages_need build tests
      build_benchmarks -Dpanamem.c.tests=ON
      ;;
    instructions)
      packages_need build counts
      build_benchmarks
      ;;
    *)
      packages_need build peers
      build_benchmarks
      unpack_python
      ;;
  esac
  jdk_need
  exec "$jdk/bin/java" -cp "$root/benchmarks/target/panamem-benchmarks.jar:$root/benchmarks/target/lib/*" \
    io.github.panamem.benchmarks.Bench --root "$root" --stage "$stage" \
    --programs "$target/build/benchmarks/c" --cpython "$cpython" "$@"
}
