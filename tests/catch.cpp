// The source that Catch2 is precompiled for; all tests share the result.
#include "tests/catch.h"
