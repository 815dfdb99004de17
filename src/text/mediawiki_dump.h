#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace almagest::text {

/// What a dump says about its wiki.
struct WikiSite {
    std::string name;
    std::string base;                       ///< URL of the main page, or ""
    std::map<int, std::string> namespaces;  ///< names by number; 0 has none
};

/// One page of a dump, with its last revision.
struct DumpPage {
    std::string title;
    int name_space = 0;
    std::string id;
    std::string redirect;  ///< target in the dump's <redirect>, or ""
    std::string revision_id;
    std::string timestamp;
    std::string model;       ///< content model, "wikitext" where the dump names none
    std::string wikitext;    ///< exactly as in the dump
    bool too_large = false;  ///< the text was longer than the limit and is not here
};

/// Reads MediaWiki's XML export format block by block; holds one page at a time, so memory does not
/// grow with the dump. Loads nothing from elsewhere; a document type declaration, which no dump
/// has and entities would come from, is refused. One thread.
class MediaWikiDump {
  public:
    using OnPage = std::function<void(const WikiSite&, DumpPage&&)>;

    /// Throws std::bad_alloc.
    MediaWikiDump(std::size_t largest_text, OnPage on_page);
    ~MediaWikiDump();
    MediaWikiDump(const MediaWikiDump&) = delete;
    MediaWikiDump& operator=(const MediaWikiDump&) = delete;

    /// Calls on_page for each page that ends in these bytes; what it throws leaves feed. Throws
    /// PermanentError with the line where this is not well-formed XML or no dump.
    void feed(std::string_view bytes);
    /// The input is over. Throws PermanentError when it ends in the middle.
    void finish();

  private:
    class Reader;
    std::unique_ptr<Reader> reader_;
};

/// Does a document that begins with these bytes look like a MediaWiki dump?
[[nodiscard]] bool looks_like_dump(std::string_view head);

}  // namespace almagest::text
