# Finds a JDK that is recent enough, wherever it lies; the default `java` may be an old one.
# shellcheck shell=bash
jdk_least=25
jdk_tool=javac # a build needs it; a release has no use for it

# The feature release of the JDK at $1 in $release; 0 when no JDK is there.
jdk_release() {
  local line
  release=0
  [[ -r $1/release && -x $1/bin/$jdk_tool && -e $1/lib/server/libjvm.so ]] || return 0
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
      release=${BASH_REMATCH[1]}
    fi
  done <"$1/release"
}

# The home that a tool on PATH belongs to, through its links.
jdk_on_path() {
  local tool
  tool=$(type -P "$1") && tool=$(realpath -- "$tool") && printf '%s\n' "${tool%/bin/*}"
}

# The first one in $jdk: JAVA_HOME, PATH, then the folders where systems, people and version managers put them.
jdk_search() {
  local candidate
  local -a folders=(/usr/lib/jvm/* /usr/java/* /usr/local/*jdk* /usr/local/java/* /opt/*jdk* /opt/java/* /opt/*/*jdk*)
  if [[ -n ${HOME:-} ]]; then
    folders+=("$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.jenv/versions/* "$HOME"/.asdf/installs/java/*
      "$HOME"/.local/share/mise/installs/java/* "$HOME"/*jdk*)
  fi
  for candidate in "${JAVA_HOME:-}" "$(jdk_on_path javac)" "$(jdk_on_path java)" "${folders[@]}"; do
    if [[ -n $candidate ]]; then
      jdk_release "$candidate"
      if ((release >= jdk_least)); then
        jdk=$candidate
        return 0
      fi
    fi
  done
  return 1
}

# In $jdk: the one that is asked for, or else the one that came along or built what is there (the AOT cache fits it alone),
# or else any. native/jdk.c looks in this order too.
jdk_find() {
  if [[ -n ${PANAMEM_JAVA_HOME:-} ]]; then
    jdk=$PANAMEM_JAVA_HOME
    jdk_release "$jdk"
    ((release >= jdk_least)) || die "PANAMEM_JAVA_HOME=$jdk holds no JDK $jdk_least or later"
    return
  fi
  if [[ -d $stage/lib/panamem/runtime ]]; then
    jdk=$stage/lib/panamem/runtime
    return
  fi
  if [[ -s $stamp ]]; then
    jdk=$(<"$stamp")
    jdk_release "$jdk"
    ((release < jdk_least)) || return 0
  fi
  jdk_search
}

# The oldest of the system's packages that will do.
jdk_package() {
  apt-cache --names-only search '^openjdk-[0-9]+-jdk-headless$' 2>/dev/null |
    sed -n 's/^\(openjdk-\([0-9]*\)-jdk-headless\) .*/\2 \1/p' | sort -n |
    awk -v least="$jdk_least" '$1 >= least && !found { print $2; found = 1 }'
}

jdk_need() {
  local package=
  jdk_find && return
  if type -P apt-get >/dev/null; then
    packages_update
    package=$(jdk_package)
  fi
  if [[ -z $package ]]; then
    die "no JDK $jdk_least or later is on this machine, and its package lists have none. Every build of OpenJDK does, for
instance Eclipse Temurin $jdk_least: unpack its archive below /usr/lib/jvm or ~/.jdks, or set PANAMEM_JAVA_HOME to where it lies."
  fi
  packages_install "$package"
  jdk_find || die "$package is installed, but no JDK $jdk_least or later was found after it"
}
