# Adds to Maven's SBOM what Maven does not know: the C libraries, the jar as a file, and the Java runtime that comes along.
#   cmake -DBOM=<Maven's file> -DFOLDER=<the release> -P sbom.cmake

file(READ ${BOM} bom)
string(JSON version GET "${bom}" metadata component version)
string(JSON bom SET "${bom}" components "[]")

# add(<component's fields in JSON>)
function(add component)
  string(JSON count LENGTH "${bom}" components)
  string(JSON bom SET "${bom}" components ${count} "${component}")
  set(bom "${bom}" PARENT_SCOPE)
endfunction()

set(panamem_license [=["licenses": [{"license": {"id": "Apache-2.0"}}]]=])
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/lib/*.so ${FOLDER}/lib/*.so.* ${FOLDER}/lib/panamem/*.jar)
list(SORT files)
foreach(name IN LISTS files)
  if(NOT IS_SYMLINK ${FOLDER}/${name})
    file(SHA256 ${FOLDER}/${name} sha256)
    add("{\"type\": \"file\", \"bom-ref\": \"${name}\", \"name\": \"${name}\", \"version\": \"${version}\", ${panamem_license},
      \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"${sha256}\"}]}")
  endif()
endforeach()

set(release ${FOLDER}/lib/panamem/runtime/release)
if(EXISTS ${release})
  file(READ ${release} text)
  string(REGEX MATCH "JAVA_VERSION=\"([^\"]*)\"" found "${text}")
  set(java ${CMAKE_MATCH_1})
  string(REGEX MATCH "MODULES=\"([^\"]*)\"" found "${text}")
  add("{\"type\": \"framework\", \"bom-ref\": \"lib/panamem/runtime\", \"name\": \"OpenJDK\", \"version\": \"${java}\",
    \"description\": \"A Java runtime with the modules ${CMAKE_MATCH_1}\", \"purl\": \"pkg:generic/openjdk@${java}\",
    \"licenses\": [{\"expression\": \"GPL-2.0-only WITH Classpath-exception-2.0\"}]}")
endif()

file(WRITE ${FOLDER}/sbom.cdx.json "${bom}\n")
