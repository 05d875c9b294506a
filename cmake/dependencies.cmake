# Everything comes from Debian's packages; tools/packages.txt names them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Microsoft.GSL REQUIRED)
find_package(Imath REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs photo saliency freetype)
find_package(SQLite3 REQUIRED)
find_package(Torch REQUIRED)
find_package(OpenMP REQUIRED)  # before faiss: faiss's exported target names OpenMP::OpenMP_CXX
find_package(BLAS REQUIRED)
find_package(faiss REQUIRED)
find_package(glfw3 REQUIRED)
find_package(Freetype REQUIRED)  # Debian's libimgui.a holds its FreeType font builder
find_package(Catch2 REQUIRED)
find_package(benchmark REQUIRED)
pkg_check_modules(TurboJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(PangoCairo REQUIRED IMPORTED_TARGET pangocairo cairo)
# Its -pthread would keep tests from using the precompiled header; Threads::Threads says the same where it is needed.
set_property(TARGET PkgConfig::PangoCairo PROPERTY INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(epoxy REQUIRED IMPORTED_TARGET epoxy)
find_library(IMGUI_LIBRARY imgui REQUIRED)
find_library(STB_LIBRARY stb REQUIRED)
find_path(IMGUI_INCLUDE_DIR imgui.h PATH_SUFFIXES imgui REQUIRED)

# LibTorch as a target of our own: Debian's `torch` target lacks the path of torch/all.h, and brings compile options
# that are not wanted in files that only use our headers.
add_library(differentia_torch INTERFACE)
target_link_libraries(differentia_torch INTERFACE torch)
target_include_directories(differentia_torch SYSTEM INTERFACE /usr/include/torch/csrc/api/include)

add_library(differentia_imgui INTERFACE)
target_include_directories(differentia_imgui SYSTEM INTERFACE ${IMGUI_INCLUDE_DIR} ${IMGUI_INCLUDE_DIR}/backends)
target_link_libraries(differentia_imgui INTERFACE ${IMGUI_LIBRARY} ${STB_LIBRARY} glfw PkgConfig::epoxy Freetype::Freetype ${CMAKE_DL_LIBS})
