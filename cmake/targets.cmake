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

# differentia_test(NAME DEPENDENCY…): the folder's own .cpp files as one Catch2 program test_NAME.
function(differentia_test name)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE differentia_test_main ${ARGN})
  # Catch2 is one large header: seconds for each file that reads it.
  target_precompile_headers(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/catch.h)
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
