# Finds the GraalVM that compiles the native core; nothing else needs one.
# shellcheck shell=bash
graal_least=25

# The release of the GraalVM at $1: its native-image says "native-image 25.0.1 2025-10-21" or "GraalVM … 25.0.1+8.1 …".
graal_release() {
  "$1/bin/native-image" --version 2>/dev/null | sed -nE '1s/^[^0-9]*([0-9]+).*/\1/p'
}

# In $graal: GRAALVM_HOME, else the one whose native-image is on PATH.
graal_find() {
  local tool release
  graal=${GRAALVM_HOME:-}
  if [[ -z $graal ]]; then
    tool=$(type -P native-image) || return 1
    tool=$(realpath -- "$tool")
    graal=${tool%/bin/*}
    graal=${graal%/lib/svm}
  fi
  [[ -x $graal/bin/native-image ]] || return 1
  release=$(graal_release "$graal")
  ((${release:-0} >= graal_least))
}

graal_need() {
  graal_find || die "the native core needs a GraalVM $graal_least or later: install one (graalvm.org) and set" \
    "GRAALVM_HOME, or put its native-image on PATH${GRAALVM_HOME:+; GRAALVM_HOME=$GRAALVM_HOME has none}"
}
