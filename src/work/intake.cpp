#include "work/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <utility>

#include "error/error.h"
#include "text/mediawiki_dump.h"
#include "text/page.h"
#include "work/byte_source.h"
#include "work/page_files.h"
#include "work/page_streams.h"
#include "work/web_client.h"

namespace almagest::work {
namespace fs = std::filesystem;

namespace {

std::string locator_of(const fs::path& path) {
    if (path == "-") return "stdin";
    return "file://" + fs::weakly_canonical(path).string();
}

std::optional<text::MediaType> media_type_of(std::optional<InputType> type) {
    if (!type) return std::nullopt;
    switch (*type) {
        case InputType::html:
            return text::MediaType::html;
        case InputType::markdown:
            return text::MediaType::markdown;
        case InputType::text:
            return text::MediaType::plain_text;
        case InputType::wikitext:
            return text::MediaType::wikitext;
        case InputType::pdf:
            return text::MediaType::pdf;
        case InputType::json_lines:
        case InputType::mediawiki:
            break;
    }
    return std::nullopt;
}

bool looks_like_json_lines(std::string_view head) {
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && head[first] == '{' &&
           head.find("\"content\"") != std::string_view::npos;
}

/// What a Content-Type says, without its parameters; null where it says nothing about pages.
std::optional<text::MediaType> media_type_in(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
    if (type == "text/html" || type == "application/xhtml+xml") return text::MediaType::html;
    if (type == "text/markdown") return text::MediaType::markdown;
    if (type == "application/pdf") return text::MediaType::pdf;
    return std::nullopt;
}

std::optional<std::string> charset_in(std::string_view content_type) {
    const std::size_t at = content_type.find("charset=");
    if (at == std::string_view::npos) return std::nullopt;
    std::string charset(content_type.substr(at + 8));
    charset.resize(std::min(charset.find_first_of("; "), charset.size()));
    std::erase(charset, '"');
    return charset.empty() ? std::nullopt : std::optional<std::string>(charset);
}

/// Of the headers that came with a page: those to ask whether it still holds.
std::map<std::string, std::string> validators(const nlohmann::json& headers) {
    std::map<std::string, std::string> known;
    for (const char* name : {"etag", "last-modified"}) {
        const auto found = headers.find(name);
        if (found != headers.end() && found->is_string()) known[name] = found->get<std::string>();
    }
    return known;
}

class Intake {
  public:
    Intake(PageStore& store, int tenant_id, const config::IngestSettings& settings,
           const IntakeOptions& options,
           const std::function<void(const IntakeProgress&)>& on_progress, const OpenStore& open)
        : store_(&store),
          tenant_id_(tenant_id),
          ledger_(store, tenant_id, open),
          settings_(settings),
          options_(options),
          on_progress_(on_progress) {}

    TakenIn take(const std::vector<std::string>& paths) {
        std::vector<Refusal> refused;
        std::vector<std::string> local;
        for (const auto& path : paths) {
            if (looks_like_address(path))
                addresses_.push_back(path);
            else
                local.push_back(path);
        }
        const auto files = page_files(local, refused);
        for (const auto& refusal : refused) ledger_.refuse(refusal.path, refusal.reason);
        for (const auto& file : files) {
            std::error_code unknown;
            const auto size = file.path == "-" ? 0 : fs::file_size(file.path, unknown);
            if (!unknown) progress_.bytes += size;
        }
        for (const auto& file : files) take_file(file);
        WebClient client(settings_);
        for (const auto& address : addresses_) take_address(client, address);
        return ledger_.close();
    }

  private:
    void take_file(const PageFile& file) {
        const auto& path = file.path;
        const std::string locator = locator_of(path);
        try {
            ByteSource bytes(path, [this](std::uint64_t read) { advance(read); });
            if (auto stream = stream_of(path, locator, bytes.head(), true)) {
                for (auto block = bytes.next(); !block.empty(); block = bytes.next())
                    stream->feed(block);
                stream->finish();
            } else {
                take_page(path, locator, bytes.rest(settings_.maximum_page_bytes));
            }
        } catch (const text::NotAPage& error) {
            if (file.is_of_folder && !text::has_page_name(path.filename().string()))
                ledger_.skip(path.string(), error.what());
            else
                ledger_.refuse(path.string(), error.what(), locator);
        } catch (const PermanentError& error) {
            ledger_.refuse(path.string(), error.what(), locator);
        } catch (const fs::filesystem_error& error) {
            ledger_.refuse(path.string(), error.code().message(), locator);
        }
    }

    void take_page(const fs::path& path, const std::string& locator, std::string bytes) {
        auto read = text::read_page(path.filename().string(), bytes, std::nullopt,
                                    media_type_of(options_.type));
        store::NewPage page;
        page.locator = locator;
        page.media_type = name_of(read.media_type);
        page.charset = std::move(read.charset);
        page.title = std::move(read.title);
        page.text = std::move(read.text);
        page.raw = std::move(bytes);
        ledger_.page(path.string(), std::move(page));
    }

    void take_address(WebClient& client, const std::string& url) {
        std::string locator;
        try {
            const auto address = web_address(url);
            locator = address.url;
            const auto known = store_->last_fetch(tenant_id_, locator);
            const auto answer = client.get(
                address, known ? validators(known->headers) : std::map<std::string, std::string>());
            if (answer.status == 304 && known) {
                ledger_.known(known->page);
            } else if (answer.status != 200) {
                ledger_.refuse(url, fmt::format("the server answers {}", answer.status), locator);
            } else {
                take_answer(locator, answer);
            }
        } catch (const PermanentError& error) {
            ledger_.refuse(url, error.what(), locator);
        }
        advance(0);
    }

    void take_answer(const std::string& locator, const WebAnswer& answer) {
        const auto header = [&answer](const char* name) {
            const auto found = answer.headers.find(name);
            return found == answer.headers.end() ? std::string() : found->second;
        };
        const std::string type = header("content-type");
        auto read =
            text::read_page(locator, answer.body, charset_in(type),
                            options_.type ? media_type_of(options_.type) : media_type_in(type));
        store::NewPage page;
        page.locator = locator;
        page.media_type = name_of(read.media_type);
        page.charset = std::move(read.charset);
        page.title = std::move(read.title);
        page.text = std::move(read.text);
        page.raw = answer.body;
        page.headers = nlohmann::json::object();
        for (const char* name : {"etag", "last-modified", "content-type", "content-language"})
            if (const auto value = header(name); !value.empty()) page.headers[name] = value;
        if (answer.url != locator) page.headers["location"] = answer.url;
        ledger_.page(locator, std::move(page));
    }

    /// Of a file that holds many pages; null for one that is a page itself.
    std::unique_ptr<PageStream> stream_of(const fs::path& path, const std::string& locator,
                                          std::string_view head, bool packed) {
        const StreamOptions stream{path.string(), locator, settings_.maximum_page_bytes,
                                   options_.namespaces};
        if (packed && head.starts_with("BZh") && !media_type_of(options_.type))
            return bzip2_stream([this, path, locator](std::string_view unpacked) {
                auto inside = stream_of(path, locator, unpacked, false);
                if (!inside)
                    throw text::NotAPage(
                        "is bzip2 of neither a MediaWiki dump nor JSON Lines; unpack it first");
                return inside;
            });
        if (options_.type == InputType::mediawiki) return mediawiki_stream(ledger_, stream);
        if (options_.type == InputType::json_lines) return json_lines_stream(ledger_, stream);
        if (options_.type) return nullptr;
        const auto extension = path.extension();
        if (extension == ".jsonl" || extension == ".ndjson")
            return json_lines_stream(ledger_, stream);
        if (text::looks_like_dump(head)) return mediawiki_stream(ledger_, stream);
        if ((path == "-" || !packed) && looks_like_json_lines(head))
            return json_lines_stream(ledger_, stream);
        return nullptr;
    }

    void advance(std::uint64_t bytes) {
        progress_.bytes_done += bytes;
        progress_.pages = ledger_.pages();
        if (on_progress_) on_progress_(progress_);
    }

    PageStore* store_;
    int tenant_id_;
    std::vector<std::string> addresses_;
    IntakeLedger ledger_;
    const config::IngestSettings& settings_;
    const IntakeOptions& options_;
    const std::function<void(const IntakeProgress&)>& on_progress_;
    IntakeProgress progress_;
};

}  // namespace

TakenIn take_in(PageStore& store, int tenant_id, const std::vector<std::string>& paths,
                const config::IngestSettings& settings, const IntakeOptions& options,
                const std::function<void(const IntakeProgress&)>& on_progress,
                const OpenStore& open) {
    return Intake(store, tenant_id, settings, options, on_progress, open).take(paths);
}

}  // namespace almagest::work
