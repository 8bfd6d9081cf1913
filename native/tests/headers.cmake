# The public headers, compiled as their users do: C and C++, each Python version, and beside <Python.h> in either order.
#   cmake -DCC=<C compiler> -DCXX=<C++ compiler> -DINCLUDE=<folder> -DWORK=<folder> [-DPYTHON_INCLUDES=<folder,…>] -P headers.cmake

cmake_minimum_required(VERSION 3.25)
set(wrong "")
string(REPLACE "," ";" PYTHON_INCLUDES "${PYTHON_INCLUDES}")
set(strict -fsyntax-only -Wall -Wextra -Wundef -Wconversion -Wshadow -Wredundant-decls -Werror)
file(MAKE_DIRECTORY ${WORK})

# compile(<yes|no> <what> <source text> <flags>…): does it compile as expected, in C and in C++?
function(compile expected what text)
  foreach(language c c++)
    if(language STREQUAL "c")
      set(command ${CC} -std=c11)
    elseif(CXX)
      set(command ${CXX} -std=c++11)
    else()
      continue()
    endif()
    file(WRITE ${WORK}/header_test.txt "${text}\n")
    execute_process(COMMAND ${command} ${strict} -x ${language} -I${INCLUDE} ${ARGN} ${WORK}/header_test.txt
      RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_QUIET)
    if((expected STREQUAL "yes") AND NOT result EQUAL 0)
      list(APPEND wrong "${language}, ${what}: ${errors}")
    elseif((expected STREQUAL "no") AND result EQUAL 0)
      list(APPEND wrong "${language}, ${what}: compiles, but should not")
    endif()
  endforeach()
  set(wrong "${wrong}" PARENT_SCOPE)
endfunction()

set(ours "#include <panamem/pymem.h>")
set(python "#include <Python.h>")

# ---- Alone -------------------------------------------------------------------------------------------------------------
foreach(header abi abi_pymalloc debug panamem pymem testing)
  compile(yes "${header}.h alone" "#include <panamem/${header}.h>\n#include <panamem/${header}.h>")
endforeach()
set(uses "${ours}
void *use(void);
void *use(void) {
  int *array = PyMem_New(int, 3)\\;
  PyMem_Resize(array, int, 5)\\;
  PyMem_Del(array)\\;
  PyMemAllocatorEx row\\;
  PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &row)\\;
  return PyObject_MALLOC((size_t)PY_SSIZE_T_MAX)\\;
}")
string(REPLACE "\\;" ";" uses "${uses}")
compile(yes "a user of the header" "${uses}")

# ---- Versions ------------------------------------------------------------------------------------------------------------
set(del_is_a_name "${ours}\nvoid (*del)(void *) = PyMem_Del, (*older_del)(void *) = PyMem_DEL;")
set(has_mimalloc "${ours}\nint name = PYMEM_ALLOCATOR_MIMALLOC + PYMEM_ALLOCATOR_MIMALLOC_DEBUG;")
foreach(minor 11 12 13 14 15)
  math(EXPR hex "0x03000000 + ${minor} * 0x10000" OUTPUT_FORMAT HEXADECIMAL)
  set(version -DPANAMEM_PYTHON_VERSION_HEX=${hex})
  compile(yes "3.${minor}" "${uses}" ${version})
  set(del no)
  set(mimalloc yes)
  if(minor LESS 12)
    set(del yes)
  endif()
  if(minor LESS 13)
    set(mimalloc no)
  endif()
  compile(${del} "PyMem_Del as a function pointer in 3.${minor}" "${del_is_a_name}" ${version})
  compile(${mimalloc} "the names of mimalloc in 3.${minor}" "${has_mimalloc}" ${version})
endforeach()
compile(yes "3.14 without a word" "${has_mimalloc}")
compile(no "3.14 without a word" "${del_is_a_name}")
compile(no "3.10" "${ours}" -DPANAMEM_PYTHON_VERSION_HEX=0x030A0000)
compile(no "3.16" "${ours}" -DPANAMEM_PYTHON_VERSION_HEX=0x03100000)

# ---- Beside <Python.h> ------------------------------------------------------------------------------------------------------
# A translation unit with both has what <Python.h> alone has, and our assertions.
function(compare_tokens folder first second)
  foreach(text "${python}" "${first}\n${second}")
    file(WRITE ${WORK}/header_test.txt "#include <stddef.h>\n#include <stdint.h>\n${text}\n")
    execute_process(COMMAND ${CC} -std=c11 -E -P -x c -I${INCLUDE} -isystem ${folder} ${WORK}/header_test.txt
      OUTPUT_VARIABLE tokens)
    string(REGEX REPLACE "_Static_assert\\([^;]*;" "" tokens "${tokens}")
    string(REGEX REPLACE "[ \n]+" " " tokens "${tokens}")
    string(MD5 sum "${tokens}")
    list(APPEND sums ${sum})
  endforeach()
  list(GET sums 0 alone)
  list(GET sums 1 both)
  if(NOT alone STREQUAL both)
    list(APPEND wrong "the header adds something beside ${folder}/Python.h (${first}, then ${second})")
    set(wrong "${wrong}" PARENT_SCOPE)
  endif()
endfunction()

set(beside 0)
foreach(folder IN LISTS PYTHON_INCLUDES)
  if(NOT EXISTS ${folder}/Python.h)
    continue()
  endif()
  math(EXPR beside "${beside} + 1")
  set(quiet -isystem ${folder})
  compile(yes "after ${folder}/Python.h" "${python}\n${uses}" ${quiet})
  compile(yes "before ${folder}/Python.h" "${uses}\n${python}" ${quiet})
  compile(yes "limited API, after" "${python}\n${ours}" ${quiet} -DPy_LIMITED_API=0x030B0000)
  compile(yes "limited API, before" "${ours}\n${python}" ${quiet} -DPy_LIMITED_API=0x030B0000)
  compare_tokens(${folder} "${python}" "${ours}")
  compare_tokens(${folder} "${ours}" "${python}")
  compile(yes "${folder}/Python.h kept out" "${ours}\n#ifdef Py_PYTHON_H\n#error\n#endif" ${quiet} -DPANAMEM_STANDALONE)
endforeach()

if(wrong)
  list(JOIN wrong "\n  " text)
  message(FATAL_ERROR "Headers:\n  ${text}")
endif()
if(beside EQUAL 0)
  message(STATUS "All right alone. SKIPPED: beside <Python.h>, for there is none (Debian: python3-dev)")
endif()
