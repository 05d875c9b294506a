#include "viewer/lru_cache.h"

#include <string>

#include "tests/catch.h"

using namespace differentia::viewer;

TEST_CASE("the one not used for longest makes room") {
  LruCache<int, std::string> cache(2);
  CHECK_FALSE(cache.insert(1, "one"));
  CHECK_FALSE(cache.insert(2, "two"));
  REQUIRE(cache.find(1) != nullptr);  // used: now 2 is the oldest
  const auto dropped = cache.insert(3, "three");
  REQUIRE(dropped);
  CHECK(dropped->first == 2);
  CHECK(dropped->second == "two");
  CHECK(cache.holds(1));
  CHECK_FALSE(cache.holds(2));
  CHECK(*cache.find(3) == "three");
  CHECK(cache.size() == 2);
}

TEST_CASE("replacing a value drops nothing") {
  LruCache<int, int> cache(2);
  cache.insert(1, 10);
  cache.insert(2, 20);
  CHECK_FALSE(cache.insert(1, 11));
  CHECK(*cache.find(1) == 11);
  CHECK(cache.size() == 2);
  cache.erase(1);
  CHECK(cache.find(1) == nullptr);
  CHECK(cache.size() == 1);
}
