# The AOT cache beside the jar: it fits the JDK that wrote it, and no other.
# shellcheck shell=bash

# Nothing of the user's own flags, and paths in UTF-8 whatever the locale.
java_alone() {
  env -u JAVA_TOOL_OPTIONS -u JDK_JAVA_OPTIONS -u _JAVA_OPTIONS LC_ALL=C.UTF-8 "$@"
}

# Java as jvm_flags.c starts it, as far as a cache must fit that.
java_cached() { # java's option or class…
  java_alone "$jdk/bin/java" "@$cache_flags" -Dpanamem.library="$stage/lib/libpanamem.so" \
    -cp "$stage/lib/panamem/panamem.jar" "$@"
}

cache_fits() {
  java_cached -XX:AOTCache="$stage/lib/panamem/panamem.aot" -XX:AOTMode=on -version >/dev/null 2>&1
}

# In two steps, because the JVM's own way in one step takes no path with a blank.
cache_write() { # file
  java_cached -XX:AOTConfiguration="$1.config" -XX:AOTMode=record io.github.panamem.bridge.Train &&
    java_cached -XX:AOTConfiguration="$1.config" -XX:AOTCache="$1" -XX:AOTMode=create
}

command_cache() {
  local folder=$stage/lib/panamem work words
  build_if_changed
  jdk_find || die "no JDK $jdk_least or later is on this machine; PANAMEM_JAVA_HOME can name one"
  [[ -w $folder ]] || die "cannot write into $folder; please have its owner run $self cache"
  work=$(mktemp -d "$folder/cache.XXXXXX")
  if ! words=$(cache_write "$work/panamem.aot" 2>&1); then
    rm -r "$work"
    die "$jdk could not write an AOT cache: $words"
  fi
  mv "$work/panamem.aot" "$folder"
  rm -r "$work"
  cache_fits || die "$jdk does not take the AOT cache that it wrote: $folder/panamem.aot"
  say "written for $jdk: $folder/panamem.aot"
}
