#pragma once

#include <string>
#include <string_view>

namespace differentia {

// Lower-case hexadecimal SHA-256 (FIPS 180-4, by OpenSSL), as `sha256sum` prints it.
std::string sha256_of_file(const std::string& path);  // throws FileError
std::string sha256_of(std::string_view bytes);

}  // namespace differentia
