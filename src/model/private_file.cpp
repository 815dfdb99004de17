#include "model/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "error/error.h"
#include "system/file_lock.h"
#include "telemetry/log.h"

namespace almagest::model {

void make_private_folder(const std::filesystem::path& folder) {
    std::error_code failure;
    if (folder.has_parent_path()) {
        std::filesystem::create_directories(folder.parent_path(), failure);
    }
    if (::mkdir(folder.c_str(), 0700) == 0) {
        return;
    }
    struct stat found {};
    if (errno != EEXIST || ::stat(folder.c_str(), &found) != 0) {
        throw UsageError(fmt::format("the folder {} cannot be made: {}", folder.string(),
                                     std::generic_category().message(errno)));
    }
    if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid()) {
        throw UsageError(fmt::format(
            "{} is not a folder of your own; remove it or set ALMAGEST_HOME", folder.string()));
    }
}

void write_atomically(const std::filesystem::path& file, std::string_view content) {
    const auto refuse = [&file](int error) {
        throw PermanentError(fmt::format("{} cannot be written: {}", file.string(),
                                         std::generic_category().message(error)));
    };
    auto partial = file.string() + ".XXXXXX";
    system::Descriptor out(::mkostemp(partial.data(), O_CLOEXEC));
    if (!out) {
        refuse(errno);
    }
    while (!content.empty()) {
        const auto written = ::write(out.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            const auto error = errno;
            ::unlink(partial.c_str());
            refuse(error);
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    out.reset();
    if (::rename(partial.c_str(), file.c_str()) != 0) {
        const auto error = errno;
        ::unlink(partial.c_str());
        refuse(error);
    }
}

std::string read_if_there(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string read_secret(const std::filesystem::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
        throw UsageError(fmt::format("the API key file {} cannot be read: {}", file.string(),
                                     std::generic_category().message(errno)));
    }
    if ((found.st_mode & 077U) != 0) {
        throw UsageError(fmt::format(
            "the API key file {} can be read by others; run chmod 600 on it", file.string()));
    }
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return checked_secret(std::move(line), fmt::format("the API key file {}", file.string()));
}

std::string checked_secret(std::string secret, const std::string& origin) {
    while (!secret.empty() && (secret.back() == '\r' || secret.back() == ' ')) {
        secret.pop_back();
    }
    if (secret.empty()) {
        throw UsageError(fmt::format("{} holds no key", origin));
    }
    if (std::any_of(secret.begin(), secret.end(), [](char c) {
            return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
        })) {
        throw UsageError(fmt::format("{} holds characters that no API key has", origin));
    }
    telemetry::never_log(secret);
    return secret;
}

}  // namespace almagest::model
