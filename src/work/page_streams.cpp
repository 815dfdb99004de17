#include "work/page_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "error/error.h"
#include "text/bzip2.h"
#include "text/json_lines.h"
#include "text/mediawiki_dump.h"
#include "text/plain_text.h"
#include "text/wikitext.h"

namespace almagest::work {
namespace {

class JsonLinesStream : public PageStream {
  public:
    JsonLinesStream(IntakeLedger& ledger, StreamOptions options)
        : ledger_(&ledger),
          options_(std::move(options)),
          lines_(
              options_.largest_page, [this](text::JsonLine&& line) { take(std::move(line)); },
              [this](std::uint64_t number, const std::string& reason) {
                  ledger_->refuse(place(number), reason);
              }) {}

    void feed(std::string_view bytes) override { lines_.feed(bytes); }
    void finish() override { lines_.finish(); }

  private:
    [[nodiscard]] std::string place(std::uint64_t number) const {
        return fmt::format("{}, line {}", options_.path, number);
    }

    [[nodiscard]] std::string locator_of(const text::JsonLine& line) const {
        if (!line.url.empty()) return line.url;
        return options_.locator + "#" +
               (line.id.empty() ? fmt::format("line-{}", line.number) : line.id);
    }

    void take(text::JsonLine&& line) {
        store::NewPage page;
        page.locator = locator_of(line);
        try {
            auto read = text::read_page("content", line.content, "UTF-8");
            page.title = line.title.empty() ? std::move(read.title) : std::move(line.title);
            page.text = std::move(read.text);
            page.media_type = name_of(read.media_type);
        } catch (const PermanentError& error) {
            return ledger_->refuse(place(line.number), error.what(), page.locator);
        }
        std::erase(page.title, '\0');
        std::erase(page.locator, '\0');
        page.charset = "UTF-8";
        page.raw = line.line;
        ledger_->page(place(line.number), std::move(page));
    }

    IntakeLedger* ledger_;
    StreamOptions options_;
    text::JsonLines lines_;
};

class MediaWikiStream : public PageStream {
  public:
    MediaWikiStream(IntakeLedger& ledger, StreamOptions options)
        : ledger_(&ledger),
          options_(std::move(options)),
          dump_(options_.largest_page, [this](const text::WikiSite& site, text::DumpPage&& page) {
              take(site, std::move(page));
          }) {}

    void feed(std::string_view bytes) override { dump_.feed(bytes); }
    void finish() override { dump_.finish(); }

  private:
    [[nodiscard]] std::string locator_of(const text::WikiSite& site,
                                         const std::string& title) const {
        std::string name = title;
        std::replace(name.begin(), name.end(), ' ', '_');
        const std::size_t slash = site.base.rfind('/');
        if (site.base.find("://") == std::string::npos || slash == std::string::npos)
            return options_.locator + "#" + name;
        return site.base.substr(0, slash + 1) + name;
    }

    void take(const text::WikiSite& site, text::DumpPage&& from) {
        if (!options_.namespaces.contains(from.name_space)) return ledger_->leave_out();
        const std::string path = fmt::format("{}: {}", options_.path, from.title);
        if (from.title.empty()) return ledger_->refuse(path, "is a page without a title");
        store::NewPage page;
        page.locator = locator_of(site, from.title);
        if (from.too_large)
            return ledger_->refuse(path,
                                   fmt::format("has more bytes than ingest.maximum_page_bytes ({})",
                                               options_.largest_page),
                                   page.locator);
        std::string target =
            from.redirect.empty() ? text::redirect_target(from.wikitext) : from.redirect;
        if (!target.empty())
            return ledger_->redirect({page.locator, std::move(from.title), std::move(target)});
        const bool markup = from.model == "wikitext";
        page.text = markup ? text::read_wikitext(from.wikitext, site)
                           : text::read_plain_text(from.wikitext).text;
        if (page.text.empty())
            return ledger_->refuse(path, "it holds no readable text", page.locator);
        page.title = std::move(from.title);
        page.media_type = name_of(markup ? text::MediaType::wikitext : text::MediaType::plain_text);
        page.charset = "UTF-8";
        page.raw = std::move(from.wikitext);
        page.headers = {{"page-id", from.id},
                        {"revision-id", from.revision_id},
                        {"last-modified", from.timestamp}};
        ledger_->page(path, std::move(page));
    }

    IntakeLedger* ledger_;
    StreamOptions options_;
    text::MediaWikiDump dump_;
};

class Bzip2Stream : public PageStream {
  public:
    explicit Bzip2Stream(OpenStream open)
        : open_(std::move(open)), unpacker_([this](std::string_view bytes) {
              if (!inside_) inside_ = open_(bytes);
              inside_->feed(bytes);
          }) {}

    void feed(std::string_view bytes) override { unpacker_.feed(bytes); }
    void finish() override {
        unpacker_.finish();
        if (!inside_) throw PermanentError("is empty; there is nothing to read");
        inside_->finish();
    }

  private:
    OpenStream open_;
    text::Bunzip2 unpacker_;
    std::unique_ptr<PageStream> inside_;
};

}  // namespace

std::unique_ptr<PageStream> json_lines_stream(IntakeLedger& ledger, StreamOptions options) {
    return std::make_unique<JsonLinesStream>(ledger, std::move(options));
}

std::unique_ptr<PageStream> mediawiki_stream(IntakeLedger& ledger, StreamOptions options) {
    return std::make_unique<MediaWikiStream>(ledger, std::move(options));
}

std::unique_ptr<PageStream> bzip2_stream(OpenStream open) {
    return std::make_unique<Bzip2Stream>(std::move(open));
}

}  // namespace almagest::work
