# Runs a program with its Python memory in Panamem: everything is said through its environment.
# shellcheck shell=bash

help_run() {
  cat <<'TEXT'
  run [OPTION…] [--] PROGRAM [ARGUMENT…]
      Runs a program with its Python memory in Panamem: a real CPython, whatever starts one, or a program that was
      linked with libpanamem.
      --malloc NAME     default, arena, upcall, pymalloc, malloc, mimalloc, jemalloc, tcmalloc, java:CLASS, debug,
                        NAME_debug, hardened, guard, guard:rate=N, off        (the variable PANAMEM_MALLOC)
      --options LIST    for instance limit=512m,boot=sync                     (the variable PANAMEM_OPTIONS)
      --symbols         stands before the functions of a shared libpython, so that PYTHONMALLOC, -X dev and
                        sys._debugmallocstats() speak of Panamem               (the option mode=symbols)
      --report[=FILE]   tells at the end what happened; the option report=exit
TEXT
}

prepend() { # variable, value
  export "$1=$2${!1:+:${!1}}"
}

run_option() {
  case $1 in
    --malloc) export PANAMEM_MALLOC=$2 ;;
    --options) export PANAMEM_OPTIONS=${PANAMEM_OPTIONS:+$PANAMEM_OPTIONS,}$2 ;;
  esac
}

# Puts the leading options into the environment; what follows them is in $program.
run_options() {
  while (($# > 0)); do
    case $1 in
      --malloc | --options)
        (($# > 1)) || die "$1 needs a value"
        run_option "$1" "$2"
        shift
        ;;
      --malloc=* | --options=*) run_option "${1%%=*}" "${1#*=}" ;;
      --symbols) run_option --options mode=symbols ;;
      --report) run_option --options report=exit ;;
      --report=*) run_option --options "report=exit:${1#*=}" ;;
      --)
        shift
        break
        ;;
      *) break ;;
    esac
    shift
  done
  program=("$@")
}

# True for a program that was linked with libpanamem: it needs no second one.
links_panamem() {
  local file magic=
  file=$(type -P "$1") && LC_ALL=C read -r -N 4 magic <"$file" && [[ $magic == $'\x7fELF' ]] &&
    grep -qaF libpanamem.so "$file"
}

# The mode is decided by which library the loader takes; the last word of the options counts.
preload_library() {
  local option name=libpanamem-preload.so
  local -a options
  IFS=, read -r -a options <<<"${PANAMEM_OPTIONS:-}"
  for option in "${options[@]}"; do
    case $option in
      mode=symbols) name=libpanamem-symbols.so ;;
      mode=*) name=libpanamem-preload.so ;;
    esac
  done
  printf '%s\n' "$stage/lib/$name"
}

# One of ours in LD_PRELOAD: the one for this program, though what runs us may have had the other. The loader splits the
# list at blanks too: in a folder with one in its name the library is named alone, and found by LD_LIBRARY_PATH.
preload() { # library
  local entry others= library=$1
  local -a entries
  IFS=': ' read -r -a entries <<<"${LD_PRELOAD:-}"
  for entry in "${entries[@]}"; do
    [[ $entry == "$stage"/lib/libpanamem-*.so || $entry == libpanamem-*.so ]] || others+=:$entry
  done
  if [[ $library == *[[:space:]]* ]]; then
    library=${library##*/}
  fi
  export "LD_PRELOAD=$library$others"
}

run_program() {
  [[ $stage != *[:\;]* ]] || die "cannot run from $stage: the loader splits its lists at colons and semicolons; move it"
  if [[ -z ${PANAMEM_JAVA_HOME:-} ]] && jdk_find; then
    export PANAMEM_JAVA_HOME=$jdk
  fi
  prepend LD_LIBRARY_PATH "$stage/lib"
  # exec keeps the process: its report goes to stderr, its children's do not.
  export PANAMEM_REPORT_PROCESS=$BASHPID
  if [[ ${PANAMEM_MALLOC:-} =~ ^(mimalloc|jemalloc|tcmalloc) ]]; then
    # They want more static thread-local storage than glibc keeps free for libraries that come late.
    prepend GLIBC_TUNABLES glibc.rtld.optional_static_tls=8192
  fi
  local library
  library=$(preload_library)
  if ! links_panamem "$1"; then
    preload "$library"
  elif [[ $library == */libpanamem-symbols.so ]]; then
    die "run: --symbols is for a CPython; $1 is linked with libpanamem: run without --symbols"
  fi
  exec "$@"
}

command_run() {
  run_options "$@"
  ((${#program[@]} > 0)) || die "run: which program? $self --help tells more"
  [[ ${program[0]} != -* ]] || die "run: unknown option ${program[0]}; $self --help lists them"
  type -P "${program[0]}" >/dev/null || die "run: there is no program ${program[0]}"
  build_if_changed
  run_program "${program[@]}"
}

command_python() {
  run_options "$@"
  build_if_changed
  unpack_python
  run_program "$cpython/bin/python3" "${program[@]}"
}
