#include "viewer/camera.h"

#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

Camera camera() {
  Camera camera;
  camera.viewport = {100, 50, 800, 600};
  camera.centre = {0.3, 0.6};
  camera.scale = 400;
  return camera;
}

}  // namespace

TEST_CASE("a camera's maps to and from the screen are inverse") {
  const Camera c = camera();
  const Point world = c.to_world(c.to_screen(Point{0.123, 0.456}));
  CHECK(world.x == Approx(0.123));
  CHECK(world.y == Approx(0.456));
  // The centre is in the middle of the viewport.
  CHECK(c.to_screen(Point{0.3, 0.6}).x == Approx(500));
  CHECK(c.to_screen(Point{0.3, 0.6}).y == Approx(350));
}

TEST_CASE("zooming holds the point under the cursor") {
  Camera c = camera();
  const Point cursor{730, 120};
  const Point held = c.to_world(cursor);
  for (const double factor : {1.25, 3.0, 0.2}) {
    c.zoom_at(cursor, factor);
    CHECK(c.to_world(cursor).x == Approx(held.x));
    CHECK(c.to_world(cursor).y == Approx(held.y));
  }
  CHECK(c.scale == Approx(400 * 1.25 * 3.0 * 0.2));
}

TEST_CASE("zooming stops at the limits without moving what is seen") {
  Camera c = camera();
  c.max_scale = 500;
  const Point held = c.to_world({730, 120});
  c.zoom_at({730, 120}, 100);
  CHECK(c.scale == 500);
  CHECK(c.to_world({730, 120}).x == Approx(held.x));
}

TEST_CASE("panning moves the world by pixels") {
  Camera c = camera();
  const Point before = c.to_screen(Point{0.5, 0.5});
  c.pan(30, -12);
  CHECK(c.to_screen(Point{0.5, 0.5}).x == Approx(before.x + 30));
  CHECK(c.to_screen(Point{0.5, 0.5}).y == Approx(before.y - 12));
}

TEST_CASE("fitting shows all of the world with its margin") {
  Camera c = camera();
  c.fit({0, 0, 1, 1}, 20);
  const Box box = c.to_screen(Box{0, 0, 1, 1});
  CHECK(box.height == Approx(560));
  CHECK(box.y == Approx(70));
  CHECK(box.x + box.width / 2 == Approx(500));
  c.fit({0, 0, 4000, 1000}, 0);
  CHECK(c.to_screen(Box{0, 0, 4000, 1000}).width == Approx(800));
}

TEST_CASE("a moving camera arrives, and holds the zoom's fixed point on its way") {
  MovingCamera moving;
  moving.now = moving.goal = camera();
  const Point cursor{250, 400};
  const Point held = moving.now.to_world(cursor);
  moving.goal.zoom_at(cursor, 6);
  int frames = 0;
  while (moving.advance(1.0 / 60)) {
    CHECK(moving.now.to_world(cursor).x == Approx(held.x).margin(1e-6));
    CHECK(moving.now.to_world(cursor).y == Approx(held.y).margin(1e-6));
    REQUIRE(++frames < 200);
  }
  CHECK(frames > 5);
  CHECK(moving.now.scale == moving.goal.scale);
  CHECK_FALSE(moving.moving());
}

TEST_CASE("a moving camera follows a pure pan") {
  MovingCamera moving;
  moving.now = moving.goal = camera();
  moving.goal.pan(200, 0);
  REQUIRE(moving.advance(1.0 / 60));
  CHECK(moving.now.centre.x < camera().centre.x);
  CHECK(moving.now.centre.x > moving.goal.centre.x);
  CHECK(moving.now.centre.y == Approx(camera().centre.y));
}
