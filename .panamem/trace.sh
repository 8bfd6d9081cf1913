# Ranks and compares what PANAMEM_OPTIONS=trace wrote.
# shellcheck shell=bash

command_trace() {
  build_if_changed
  jdk_need
  "$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$stage/lib/panamem/panamem.jar" io.github.panamem.trace.TraceTool "$@"
}
