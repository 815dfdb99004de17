#include "lake/lake.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "error/error.h"

namespace almagest::lake {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, int reason) {
    throw TransientError(fmt::format("the artifact {} cannot be written: {}; see to the disk",
                                     path.string(), std::generic_category().message(reason)));
}

/// An open file descriptor.
class Descriptor {
  public:
    Descriptor(const fs::path& path, int flags)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (fd_ < 0) refuse(path, errno);
    }
    ~Descriptor() { ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

/// A name that nothing else has, beside the file that it becomes; gone again unless it became that.
class Draft {
  public:
    explicit Draft(const fs::path& becomes) : becomes_(becomes) {
        static std::atomic<unsigned> counter{0};
        path_ = becomes.parent_path() /
                fmt::format(".{}.{}.{}", becomes.filename().string(), ::getpid(), ++counter);
    }
    ~Draft() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove(path_, ignored);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    void fill(std::string_view bytes) const {
        const Descriptor file(path_, O_WRONLY | O_CREAT | O_EXCL);
        while (!bytes.empty()) {
            const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) refuse(becomes_, errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(file.get()) != 0) refuse(becomes_, errno);
    }

    void publish() {
        if (::rename(path_.c_str(), becomes_.c_str()) != 0) refuse(becomes_, errno);
        path_.clear();
    }

  private:
    fs::path becomes_;
    fs::path path_;
};

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) refuse(folder, error.value());
}

/// Ids and names become parts of paths, so they must not be able to leave their folder.
std::string checked(std::string_view word) {
    const auto allowed = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
    };
    if (word.empty() || word.size() > 128 || !std::all_of(word.begin(), word.end(), allowed)) {
        throw std::invalid_argument("not a name for an artifact: \"" + std::string(word) + "\"");
    }
    return std::string(word);
}

fs::path file_of(const fs::path& run_folder, std::string_view name) {
    return run_folder / (checked(name) + ".json");
}

}  // namespace

Lake::Lake(fs::path root) : root_(std::move(root)) {}

fs::path Lake::run_folder(std::string_view run_id,
                          std::chrono::system_clock::time_point started) const {
    const auto day = fmt::gmtime(
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(started)));
    return root_ / "llm_runs" / fmt::format("{:%Y}", day) / fmt::format("{:%m}", day) /
           fmt::format("{:%d}", day) / checked(run_id);
}

void Lake::write(const fs::path& run_folder, std::string_view name,
                 const nlohmann::ordered_json& document) const {
    const fs::path file = file_of(run_folder, name);
    const std::string bytes =
        document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    make_folder(run_folder);
    Draft draft(file);
    draft.fill(bytes);
    draft.publish();
}

nlohmann::json Lake::read(const fs::path& run_folder, std::string_view name) const {
    const fs::path path = file_of(run_folder, name);
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw PermanentError(fmt::format("there is no artifact {}", path.string()));
    }
    nlohmann::json document = nlohmann::json::parse(file, nullptr, false);
    if (document.is_discarded()) {
        throw PermanentError(fmt::format("the artifact {} is not JSON", path.string()));
    }
    return document;
}

}  // namespace almagest::lake
