#pragma once

// The errors that reach a person. Every one is a sentence that says what is wrong and what to do,
// and carries the values it speaks of as members, so that callers may react without reading prose.
//
// Exit status of the command line: InputError and everything derived from it 2, Interrupted 3, any
// other std::exception 4 (an internal failure).

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace differentia {

// Bad usage or bad input: the person can mend it.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& sentence) : std::runtime_error(sentence) {}
};

// A file that cannot be used. `path` as the person gave it.
class FileError : public InputError {
 public:
  FileError(std::string file, const std::string& sentence)
      : InputError(sentence), path(std::move(file)) {}
  const std::string path;
};

// A file whose content is not what it should be: "'PATH' is damaged: REASON."
class DamagedFile : public FileError {
 public:
  DamagedFile(const std::string& file, std::string what);
  const std::string reason;
};

// A name that matches nothing; `nearest` are the closest existing names, best first, or the first
// few of all where none is close.
class UnknownName : public InputError {
 public:
  // `kind` is what was looked for: "layer", "taxon", "species" …
  UnknownName(const std::string& kind, std::string wanted, std::vector<std::string> candidates);
  // Of all the names there are: says the nearest, or else how many there are and the first few.
  static UnknownName among(const std::string& kind, const std::string& wanted,
                           const std::vector<std::string>& names);
  const std::string name;
  const std::vector<std::string> nearest;

 private:
  UnknownName(std::string wanted, std::vector<std::string> candidates, const std::string& sentence)
      : InputError(sentence), name(std::move(wanted)), nearest(std::move(candidates)) {}
};

// No space left, or a quota reached, while writing `path`.
class DiskFull : public FileError {
 public:
  explicit DiskFull(const std::string& file);
};

// A person asked to stop. What is done is kept; the same command goes on from there.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

// Up to `count` candidates nearest to `name` by edit distance to the whole or to one of its words
// (case-insensitive; a candidate that contains the name, or is contained in it, comes first). What
// differs in more than half of the name's letters is not near.
std::vector<std::string> nearest_names(const std::string& name,
                                       const std::vector<std::string>& candidates,
                                       std::size_t count = 3);

}  // namespace differentia
