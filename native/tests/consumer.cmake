# An installed Panamem as a program finds it: by pkg-config, and by find_package, also when the folder was moved.
#   cmake -DBUILD=<build folder> -DWORK=<folder> -DCC=<C compiler> -P consumer.cmake

cmake_minimum_required(VERSION 3.25)
set(stage ${WORK}/moved)
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${WORK}/first ${stage})

file(WRITE ${WORK}/program.c "#include <panamem/panamem.h>\n#include <panamem/pymem.h>\n#include <stdio.h>\n"
  "int main(void) { void *block = PyMem_RawMalloc(1); puts(panamem_version()); PyMem_RawFree(block); return block == 0; }\n")

# ---- pkg-config ------------------------------------------------------------------------------------------------------------
file(GLOB_RECURSE pc ${stage}/*.pc)
get_filename_component(pc_folder "${pc}" DIRECTORY)
find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  set(ENV{PKG_CONFIG_PATH} ${pc_folder})
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs panamem OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  execute_process(COMMAND ${CC} ${WORK}/program.c -o ${WORK}/by_pkg_config ${flags} COMMAND_ERROR_IS_FATAL ANY)
endif()

# ---- find_package ------------------------------------------------------------------------------------------------------------
file(WRITE ${WORK}/project/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(consumer C)\n"
  "find_package(Panamem 0.1 REQUIRED)\nadd_executable(program ../program.c)\n"
  "target_link_libraries(program PRIVATE Panamem::panamem)\n")
execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK}/project -B ${WORK}/project/build -DCMAKE_PREFIX_PATH=${stage}
  -DCMAKE_C_COMPILER=${CC} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/project/build OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

# ---- Both run on the library that was installed ------------------------------------------------------------------------------
file(GLOB_RECURSE library ${stage}/*/libpanamem.so)
get_filename_component(library_folder "${library}" DIRECTORY)
set(ENV{LD_LIBRARY_PATH} ${library_folder})
set(ENV{PANAMEM_MALLOC} malloc)
foreach(program ${WORK}/by_pkg_config ${WORK}/project/build/program)
  if(EXISTS ${program})
    execute_process(COMMAND ${program} OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
    if(NOT version MATCHES "^[0-9]+\\.[0-9]+\\.[0-9]+\n$")
      message(FATAL_ERROR "${program} printed ${version}")
    endif()
  endif()
endforeach()
