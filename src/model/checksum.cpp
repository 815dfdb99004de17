#include "model/checksum.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "error/error.h"
#include "model/private_file.h"
#include "system/sha256.h"

namespace almagest::model {
std::string KnownChecksums::of(const std::filesystem::path& file) {
    struct stat now {};
    if (::stat(file.c_str(), &now) != 0) {
        throw UsageError(fmt::format("{} cannot be read: {}", file.string(),
                                     std::generic_category().message(errno)));
    }
    const nlohmann::json stamp = {now.st_size,        now.st_mtim.tv_sec,  now.st_mtim.tv_nsec,
                                  now.st_ctim.tv_sec, now.st_ctim.tv_nsec, now.st_ino};
    const auto key = std::filesystem::absolute(file).lexically_normal().string();
    auto known = nlohmann::json::parse(read_if_there(store_), nullptr, false);
    if (!known.is_object()) {
        known = nlohmann::json::object();
    }
    if (const auto found = known.find(key);
        found != known.end() && found->value("stamp", nlohmann::json()) == stamp) {
        return found->value("sha256", "");
    }
    const auto sum = system::sha256_of_file(file);
    known[key] = {{"stamp", stamp}, {"sha256", sum}};
    make_private_folder(store_.parent_path());
    write_atomically(store_, known.dump(1) + "\n");
    return sum;
}

}  // namespace almagest::model
