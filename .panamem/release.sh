# Packs what is built for people without Maven. The same sources and tools give the same bytes, wherever the tree lies.
# shellcheck shell=bash

# Of every file that is packed: the build's own fixed time. The JVM compares the jar's with the one in the AOT cache.
release_time() {
  sed -n 's/.*<project.build.outputTimestamp>\(.*\)<.*/\1/p' "$root/pom.xml"
}

release_set_times() { # folder
  find "$1" -exec touch -h -d "$(release_time)" {} +
}

# The installation, made afresh: the stage may hold what an older build left.
release_libraries() { # folder
  cmake --install "$target/build" --prefix "$1" >"$target/release.log" || die "cmake --install failed; see $target/release.log"
  mkdir -p "$1/lib/panamem"
  cp "$stage/lib/panamem/panamem.jar" "$1/lib/panamem"
  if native_core; then
    cp "$stage/lib/libpanamem-core.so" "$1/lib"
  fi
}

release_command() { # folder
  mkdir -p "$1/bin" "$1/lib/panamem/command"
  sed "s/@version@/$(version)/" "$root/.panamem/release/panamem" >"$1/bin/panamem"
  chmod 755 "$1/bin/panamem"
  cp "$root"/.panamem/{command,jdk,run,trace,cache,doctor}.sh "$1/lib/panamem/command"
  cp "$cache_flags" "$1/lib/panamem"
}

# libbacktrace is part of the libraries where the compiler brings it, and its licence wants to go along.
release_notice() { # folder
  local terms
  grep -qs '^PANAMEM_BACKTRACE:INTERNAL=1$' "$target/build/CMakeCache.txt" || return 0
  terms=$(sed -n '/libbacktrace library is licensed/,/SUCH DAMAGE/p' "/usr/share/doc/gcc-$(cc -dumpversion | sed 's/[.].*//')-base/copyright" \
    2>/dev/null) || terms=
  printf '%s\n' "${terms:-libbacktrace, part of GCC, is in these libraries under the BSD 3-clause licence, Free Software Foundation, Inc.}" \
    >"$1/libbacktrace.txt"
}

# The release's own README ends with the tables of the tree's.
release_texts() { # folder
  mkdir "$1/docs"
  { sed "s/@version@/$(version)/" "$root/.panamem/release/README.md" &&
    sed -n '/^## Environment variables$/,/^## As a library$/{/^## As a library$/!p}' "$root/README.md"; } >"$1/README.md"
  cp "$root/LICENSE" "$1"
  cp "$root"/docs/{embedding,native-core,release,symbol-mode,TESTING_EXTENSIONS}.md "$1/docs"
  release_notice "$1/docs"
  cp -R "$root/examples" "$1"
  find "$1/examples" -depth -name __pycache__ -exec rm -r {} +
}

# A Java runtime with the modules that the jar needs and no more.
release_runtime() { # folder
  local jar=$1/lib/panamem/panamem.jar modules
  modules=$(java_alone "$jdk/bin/jdeps" --multi-release "$jdk_least" --ignore-missing-deps --print-module-deps "$jar") &&
    java_alone "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files --compress zip-6 \
      --output "$1/lib/panamem/runtime" >"$target/release.log" 2>&1 ||
    die "$jdk could not link a runtime: $(tail -n 3 "$target/release.log")"
}

# A cache that is trained differs each time; one that is dumped from a sorted list of classes does not. The paths in it are
# the same everywhere because the JVM sees only /proc/self/cwd.
release_cache() { # folder
  local here=/proc/self/cwd classes=$target/classes.list
  local -a java=(java_alone runtime/bin/java @cache.flags -Dpanamem.library="$here/../libpanamem.so" -cp "$here/panamem.jar")
  release_set_times "$1"
  (
    cd -- "$1/lib/panamem"
    "${java[@]}" -XX:DumpLoadedClassList="$classes" io.github.panamem.bridge.Train &&
      sed -e '/^@cp/d; /^#/d; s/ id: [0-9]*$//' "$classes" | LC_ALL=C sort -u >"$classes.sorted" &&
      "${java[@]}" -Xshare:dump -XX:SharedClassListFile="$classes.sorted" -XX:SharedArchiveFile=panamem.aot
  ) >"$target/release.log" 2>&1 || die "the runtime could not write its AOT cache: $(tail -n 3 "$target/release.log")"
}

release_sbom() { # folder
  cmake -DBOM="$root/src/target/sbom.json" -DFOLDER="$1" -P "$root/.panamem/release/sbom.cmake" ||
    die "the SBOM could not be completed"
}

release_sums() { # folder
  (cd -- "$1" && find . -type f ! -name 'SHA256SUMS*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- >SHA256SUMS.new &&
    mv SHA256SUMS.new SHA256SUMS)
}

release_pack() { # folder
  local archive=$releases/${1##*/}
  release_sbom "$1"
  release_sums "$1"
  cp "$1/sbom.cdx.json" "$archive.cdx.json"
  tar --create --directory "${1%/*}" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    --mtime="$(release_time)" -- "${1##*/}" | gzip --no-name -9 >"$archive.tar.gz"
  say "packed: $archive.tar.gz"
}

release_plain() { # folder
  release_libraries "$1"
  release_command "$1"
  release_texts "$1"
  release_pack "$1"
}

release_with_runtime() { # the folder of the plain release, folder
  cp -a "$1" "$2"
  release_runtime "$2"
  release_cache "$2"
  release_pack "$2"
}

command_release() {
  local releases=$root/target/release work=$target/release runtime=false name
  while (($# > 0)); do
    case $1 in
      --runtime) runtime=true ;;
      --native) command_build --native ;;
      --output=*) releases=$(realpath -m -- "${1#*=}") ;;
      *) die "release: unknown option $1; $self --help lists them" ;;
    esac
    shift
  done
  build_if_changed
  build_lock
  packages_need build
  jdk_need
  name=panamem-$(version)-linux-x86_64
  rm -rf "$work"
  mkdir -p "$work" "$releases"
  rm -f "$releases"/panamem-* "$releases/SHA256SUMS"
  maven -q -pl src org.cyclonedx:cyclonedx-maven-plugin:makeBom >"$target/release.log" 2>&1 ||
    die "Maven could not write the SBOM: $(tail -n 3 "$target/release.log")"
  release_plain "$work/$name"
  if [[ $runtime == true ]]; then
    release_with_runtime "$work/$name" "$work/$name-with-runtime"
  fi
  release_sums "$releases"
  rm -r "$work"
  build_unlock
}
