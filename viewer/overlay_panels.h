#pragma once

// What lies over or under everything: the footer with running work and failures, the keys, the
// unreadable photos.

#include <string>

#include "viewer/desk.h"

namespace differentia::viewer {

void draw_footer(Desk& desk, const Box& place, JobQueue& jobs);
void draw_help(Desk& desk, const Box& screen);
// Answers whether the list is there.
bool draw_unreadable(Desk& desk, const Box& place);

}  // namespace differentia::viewer
