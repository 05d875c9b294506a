# What every target of the project has in common.

add_library(differentia_options INTERFACE)
target_compile_options(differentia_options INTERFACE -Wall -Wextra -Wshadow -Wno-unknown-pragmas -fno-math-errno
                                                     $<$<CONFIG:Release>:-O2>)
target_include_directories(differentia_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(differentia_options INTERFACE DIFFERENTIA_VERSION="${PROJECT_VERSION}")
if(DIFFERENTIA_SANITIZE)
  target_compile_options(differentia_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(differentia_options INTERFACE -fsanitize=address,undefined)
endif()

# differentia_library(NAME DEPENDENCY…): the folder's own .cpp files (not those of its subfolders) as a static library
# differentia_NAME; dependencies are public.
function(differentia_library name)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  add_library(differentia_${name} STATIC ${sources})
  target_link_libraries(differentia_${name} PUBLIC differentia_options ${ARGN})
endfunction()

# differentia_use_torch(TARGET): those of TARGET's files that include LibTorch, which takes ten seconds to read, share one
# precompiled header, differentia_explain's. The others do without it: reading even that takes a second or two.
function(differentia_use_torch target)
  # OpenMP: its macro is in LibTorch's headers, so that who shares them must agree on it.
  target_link_libraries(${target} PRIVATE differentia_torch OpenMP::OpenMP_CXX)
  if(target STREQUAL differentia_explain)
    target_precompile_headers(${target} PRIVATE <torch/csrc/autograd/autograd.h> <torch/script.h>)
  else()
    target_precompile_headers(${target} REUSE_FROM differentia_explain)
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    get_filename_component(source ${source} ABSOLUTE)
    file(STRINGS ${source} includes REGEX "^#include (<torch/|\".*_torch\\.h\")")
    if(NOT includes)
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# differentia_test(NAME DEPENDENCY… [TORCH FILE…]): the folder's own .cpp files as one Catch2 program test_NAME. Catch2's
# header is precompiled once for all tests; those that include LibTorch (TORCH) share LibTorch's instead.
function(differentia_test name)
  cmake_parse_arguments(PARSE_ARGV 1 own "" "" "TORCH")
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.cpp)
  if(own_TORCH)
    list(REMOVE_ITEM sources ${own_TORCH})
    add_library(test_${name}_torch OBJECT ${own_TORCH})
    target_link_libraries(test_${name}_torch PRIVATE differentia_test_main ${own_UNPARSED_ARGUMENTS})
    differentia_use_torch(test_${name}_torch)
  endif()
  if(NOT sources AND NOT own_TORCH)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE differentia_test_main ${own_UNPARSED_ARGUMENTS})
  if(own_TORCH)
    target_sources(test_${name} PRIVATE $<TARGET_OBJECTS:test_${name}_torch>)
  endif()
  target_precompile_headers(test_${name} REUSE_FROM differentia_test_main)
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
