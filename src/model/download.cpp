#include "model/download.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>

#include "error/error.h"
#include "model/endpoint_error.h"
#include "model/http.h"
#include "model/private_file.h"
#include "system/file_lock.h"
#include "telemetry/log.h"

namespace almagest::model {
namespace {

namespace fs = std::filesystem;

/// Where the body goes, started over when the answer is the whole file.
class Partial {
  public:
    explicit Partial(fs::path file) : file_(std::move(file)) {
        std::error_code failure;
        if (const auto size = fs::file_size(file_, failure); !failure) {
            size_ = static_cast<long long>(size);
        }
    }
    [[nodiscard]] long long size() const { return size_; }
    void start_over() {
        out_ = {};
        size_ = 0;
        std::error_code failure;
        fs::remove(file_, failure);
    }
    void append(std::string_view bytes) {
        if (!out_.is_open()) {
            out_.open(file_, std::ios::binary | std::ios::app);
        }
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!out_) {
            throw PermanentError(
                fmt::format("{} cannot be written; is the disk full?", file_.string()));
        }
        size_ += static_cast<long long>(bytes.size());
    }
    void finish(const fs::path& target) {
        out_.close();
        fs::rename(file_, target);
    }

  private:
    fs::path file_;
    std::ofstream out_;
    long long size_ = 0;
};

/// True when the file is complete; false when a resumed try must start over.
bool take(const std::string& url, Partial& partial, const config::LlmSettings& settings) {
    HttpClient http;
    HttpRequest request;
    request.endpoint = "the download of " + url;
    request.setting = "llm.model";
    request.url = url;
    request.follow_redirects = true;
    request.resume_from = partial.size();
    request.timeouts = {settings.connect_timeout, settings.first_byte_timeout,
                        settings.idle_timeout, std::chrono::hours(24)};
    long long expected = -1;
    std::string error_body;
    request.on_data = [&](const HttpHead& head, std::string_view bytes) {
        if (head.status != 200 && head.status != 206) {
            error_body.append(
                bytes.substr(0, 4096 - std::min<std::size_t>(4096, error_body.size())));
            return true;
        }
        if (expected < 0) {
            if (head.status == 200 && partial.size() > 0) {
                partial.start_over();
            }
            expected = head.content_length < 0 ? -1 : partial.size() + head.content_length;
            if (expected < 0) {
                expected = 0;  // unknown, but seen
            }
        }
        partial.append(bytes);
        return true;
    };
    HttpResponse response;
    try {
        response = http.perform(request);
    } catch (const CannotConnect& error) {
        throw TransientError(error.what());
    }
    if (response.head.status == 416 && partial.size() > 0) {
        return false;
    }
    if (response.head.status == 404) {
        throw UsageError(fmt::format("there is no file at {} (llm.model): HTTP 404", url));
    }
    if (response.head.status != 200 && response.head.status != 206) {
        throw_for_status(request.endpoint, url, response.head, error_body, "");
    }
    if (expected > 0 && partial.size() != expected) {
        throw TransientError(
            fmt::format("{} ended after {} of {} bytes; start again to go on from there",
                        request.endpoint, partial.size(), expected));
    }
    return true;
}

}  // namespace

void download(const std::string& url, const fs::path& file, const config::LlmSettings& settings) {
    std::error_code failure;
    if (fs::exists(file, failure)) {
        return;
    }
    make_private_folder(file.parent_path());
    system::FileLock lock(file.string() + ".lock");
    lock.lock(system::FileLock::Kind::exclusive);
    if (fs::exists(file, failure)) {
        return;
    }
    telemetry::log(telemetry::Level::info, fmt::format("downloading {} to {}", url, file.string()));
    Partial partial(file.string() + ".partial");
    if (!take(url, partial, settings)) {
        partial.start_over();
        static_cast<void>(take(url, partial, settings));
    }
    partial.finish(file);
}

}  // namespace almagest::model
