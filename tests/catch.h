#pragma once

// Catch2, version 2 (Debian 12) or 3 (Debian 13): tests include this and write Catch2's macros.

#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
using Catch::Approx;
#endif
