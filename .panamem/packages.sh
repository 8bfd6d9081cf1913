# The tools that a build needs and the libraries that tests compare with: installed by root, named to everybody else.
# shellcheck shell=bash
packages_updated=false

packages_update() {
  if [[ $packages_updated == false && $EUID -eq 0 ]]; then
    packages_updated=true
    packages_apt update || say "apt-get update failed; going on with the package lists that are there"
  fi
}

packages_apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >"$target/packages.log" 2>&1
}

packages_install() {
  (($# > 0)) || return 0
  type -P apt-get >/dev/null || die "missing tools; please install what Debian calls: $*"
  [[ $EUID -eq 0 ]] || die "missing tools; please run: sudo apt-get update && sudo apt-get install -y $*"
  packages_update
  say "installing $*"
  if ! packages_apt install -y --no-install-recommends "$@"; then
    tail -n 15 "$target/packages.log" >&2
    die "could not install; please see to it that this works: apt-get install -y $*"
  fi
}

any() {
  local file
  for file in "$@"; do
    [[ -e $file ]] && return 0
  done
  return 1
}

missing_for_build() {
  { type -P cc >/dev/null && any /usr/include/stdio.h; } || missing+=(gcc libc6-dev)
  type -P make >/dev/null || missing+=(make)
  type -P cmake >/dev/null || missing+=(cmake)
  type -P mvn >/dev/null || missing+=(maven)
}

missing_for_tests() {
  any /usr/include/cmocka.h /usr/local/include/cmocka.h || missing+=(libcmocka-dev)
  type -P pkg-config >/dev/null || missing+=(pkg-config)
  any /usr/bin/python3 || missing+=(python3)
}

missing_for_peers() {
  any /usr/lib/*/libmimalloc.so.[23] || missing+=(libmimalloc2.0)
  any /usr/lib/*/libjemalloc.so.2 || missing+=(libjemalloc2)
  any /usr/lib/*/libtcmalloc_minimal.so.4 || missing+=(libtcmalloc-minimal4)
}

# Debian 12's own Python with its test suite and what embeds it; other systems go without.
missing_for_cpython() {
  grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release || return 0
  any /usr/bin/python3.11 || missing+=(python3.11)
  any /usr/lib/python3.11/test/test_list.py || missing+=(libpython3.11-testsuite)
  any /usr/include/python3.11/Python.h || missing+=(libpython3.11-dev)
}

# Modules that behaviour cases use with Debian's Python; a case whose module is missing is skipped. CI has the small ones.
module_packages() { # folder or file in dist-packages, package, …
  while (($# > 0)); do
    any "/usr/lib/python3/dist-packages/$1"* || missing+=("$2")
    shift 2
  done
}

missing_for_modules() {
  module_packages greenlet python3-greenlet numpy python3-numpy pytest python3-pytest
}

missing_for_all_modules() {
  missing_for_modules
  module_packages pandas python3-pandas lxml python3-lxml PIL python3-pil scipy python3-scipy matplotlib python3-matplotlib \
    hypothesis python3-hypothesis cryptography python3-cryptography
  any /usr/lib/python3*/ensurepip/__init__.py || missing+=(python3-venv)
}

# Counts the instructions of the fast path, for a check that is skipped without it.
missing_for_counts() {
  type -P valgrind >/dev/null || missing+=(valgrind)
}

# Asks for nothing: who cannot install them goes on without.
packages_wish() { # purpose…
  local -a missing=()
  local purpose
  for purpose in "$@"; do
    "missing_for_$purpose"
  done
  ((${#missing[@]} > 0)) || return 0
  if [[ $EUID -ne 0 || ! -x /usr/bin/python3.11 ]] || ! (packages_install "${missing[@]}"); then
    say "some tests will be skipped without ${missing[*]}"
  fi
}

# For any of: build, tests, peers, cpython. All that is missing is asked for at once.
packages_need() {
  local -a missing=()
  local purpose
  for purpose in "$@"; do
    "missing_for_$purpose"
  done
  packages_install "${missing[@]}"
}
