# Says what is on this machine and whether Panamem works here; installs nothing.
# shellcheck shell=bash

row() { # name, what
  printf '  %-12s %s\n' "$1" "$2"
}

tool_row() { # program
  local path
  if path=$(type -P "$1"); then
    row "$1" "$("$path" --version 2>/dev/null | sed 's/\x1b\[[0-9;]*m//g; q') ($path)"
  else
    row "$1" "missing"
  fi
}

file_row() { # name, package, file…
  local file
  for file in "${@:3}"; do
    if [[ -e $file ]]; then
      row "$1" "$file"
      return
    fi
  done
  row "$1" "missing: apt-get install $2"
}

doctor_java() {
  if ! jdk_find; then
    row JDK "missing: no $jdk_least or later; PANAMEM_JAVA_HOME can name one"
    return
  fi
  jdk_release "$jdk"
  row JDK "$release ($jdk)"
  if changed; then
    return
  fi
  if cache_fits; then
    row "AOT cache" "fits this JDK"
  else
    row "AOT cache" "none for this JDK: $self cache makes one, and Java starts in half the time"
  fi
}

# Where guard mode costs mappings, a process has some 16,000 shut blocks at most.
doctor_guard() {
  local release
  release=$(uname -r)
  if [[ $(printf '6.13\n%s\n' "$release" | sort -V | head -n 1) == 6.13 ]]; then
    row guard "Linux $release shuts pages without a mapping each"
  else
    row guard "Linux $release needs a mapping for each shut page: only the youngest blocks have them (6.13 would not)"
  fi
}

doctor_tools() {
  printf 'Tools\n'
  doctor_java
  if graal_find; then
    row GraalVM "$graal"
  else
    row GraalVM "missing: only the native core needs one, $graal_least or later (GRAALVM_HOME)"
  fi
  doctor_guard
  tool_row cc
  tool_row make
  tool_row cmake
  tool_row mvn
  file_row cmocka libcmocka-dev /usr/include/cmocka.h /usr/local/include/cmocka.h
  printf 'Allocators to compare with\n'
  file_row mimalloc libmimalloc2.0 /usr/lib/*/libmimalloc.so.[23]
  file_row jemalloc libjemalloc2 /usr/lib/*/libjemalloc.so.2
  file_row tcmalloc libtcmalloc-minimal4 /usr/lib/*/libtcmalloc_minimal.so.4
}

# The real files: a version manager's shim is only a script that looks for one.
doctor_pythons() {
  local python
  for python in /usr/bin/python3 python3 "$cpython/bin/python3"; do
    type -P "$python" >/dev/null &&
      "$python" -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null
  done | awk '!seen[$0]++'
}

# Waits for Java, does nothing, and lets the library tell what that took and what served.
doctor_python() {
  local report
  row Python "$("$1" -c 'import platform; print(platform.python_version())') ($1)"
  if report=$(run_option --options boot=sync,report=exit && run_program "$1" -c pass 2>&1) && [[ $report == *' report, '* ]]; then
    grep -E ' report, |^ *(calls|fallback) ' <<<"$report" | sed -E 's/^ */               /'
  else
    printf '               does not work: %s\n' "${report:-it says nothing}"
    return 1
  fi
}

command_doctor() {
  local python status=0
  doctor_tools
  if changed; then
    printf 'Not built, or changed since: ./panamem build\n'
    return 1
  fi
  printf 'Under Panamem\n'
  while IFS= read -r python; do
    doctor_python "$python" || status=1
  done < <(doctor_pythons)
  return "$status"
}
