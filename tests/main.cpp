#if __has_include(<catch2/catch.hpp>)  // Catch2 2; with Catch2 3 its own main library is linked
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#else
#include <catch2/catch_session.hpp>
int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
#endif
