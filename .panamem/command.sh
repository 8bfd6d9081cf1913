# The command line: the tree's and a release's, which has fewer commands.
# shellcheck shell=bash

say() {
  printf 'panamem: %s\n' "$*" >&2
}

die() {
  say "$@"
  exit 1
}

help() {
  printf 'Usage: %s COMMAND\n\n' "$self"
  help_run
  help_here
  cat <<'TEXT'
  trace [--top=N] FILE, or trace [--top=N] OLD NEW
      Ranks the sites of a file that PANAMEM_OPTIONS=trace,trace.file=FILE wrote, or tells what has changed between two.
  cache
      Lets the JDK that is found write the AOT cache anew, so that it starts in half the time.
  doctor
      Tells what is on this machine and whether Panamem works here.
  --help, --version

PANAMEM_JAVA_HOME names the JDK, 25 or later. Without it JAVA_HOME, PATH and the usual folders are searched.
TEXT
}

command_line() { # the arguments of the script
  local name
  case ${1:-} in
    --help | -h)
      help
      return
      ;;
    --version)
      printf 'panamem %s\n' "$(version)"
      return
      ;;
  esac
  for name in "${commands[@]}"; do
    if [[ ${1:-} == "$name" ]]; then
      "command_$name" "${@:2}"
      return
    fi
  done
  say "${1:+unknown command $1; }$self --help lists the commands"
  exit 2
}
