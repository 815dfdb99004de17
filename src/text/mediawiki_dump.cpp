#include "text/mediawiki_dump.h"

#include <fmt/format.h>
#include <libxml/parser.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "error/error.h"
#include "text/wikitext_markup.h"

namespace almagest::text {
namespace {

constexpr std::size_t kDeepest = 16;           // a dump nests 5 deep
constexpr std::size_t kLongestField = 4096;    // titles have at most 255 bytes
constexpr std::size_t kMostNamespaces = 2000;  // the largest wikis have about 50
constexpr std::size_t kPart = 1UL << 20U;

std::string_view view(const xmlChar* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

int number_of(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string one_line(std::string_view text) {
    std::string line(text.substr(0, text.find('\n')));
    std::replace_if(
        line.begin(), line.end(), [](unsigned char byte) { return byte < 0x20; }, ' ');
    return line;
}

}  // namespace

/// The state of one reading; libxml2's callbacks are its members.
class MediaWikiDump::Reader {
  public:
    Reader(std::size_t largest_text, OnPage on_page)
        : largest_text_(largest_text), on_page_(std::move(on_page)) {
        xmlSAXHandler handler{};
        handler.initialized = XML_SAX2_MAGIC;
        handler.startElementNs = [](void* self, const xmlChar* name, const xmlChar*, const xmlChar*,
                                    int, const xmlChar**, int count, int,
                                    const xmlChar** attributes) {
            guarded(self, [&](Reader& reader) {
                reader.start(view(name), attributes, static_cast<std::size_t>(count));
            });
        };
        handler.endElementNs = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
            guarded(self, [](Reader& reader) { reader.end(); });
        };
        handler.characters = [](void* self, const xmlChar* text, int length) {
            guarded(self, [&](Reader& reader) {
                reader.characters(std::string_view(reinterpret_cast<const char*>(text),
                                                   static_cast<std::size_t>(length)));
            });
        };
        handler.cdataBlock = handler.characters;
        handler.ignorableWhitespace = handler.characters;
        handler.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
            guarded(self, [](Reader&) {
                throw PermanentError(
                    "has a document type declaration, which no MediaWiki dump has; it is not read");
            });
        };
        handler.serror = [](void*, xmlErrorPtr) {};
        context_ = xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr);
        if (context_ == nullptr) throw std::bad_alloc();
        xmlCtxtUseOptions(context_, XML_PARSE_NONET);
    }
    ~Reader() { xmlFreeParserCtxt(context_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    void feed(std::string_view bytes, bool last) {
        if (last && !fed_) throw PermanentError("is empty; there is no dump to read");
        fed_ = true;
        do {
            const auto part = bytes.substr(0, kPart);
            bytes.remove_prefix(part.size());
            const int state = xmlParseChunk(context_, part.data(), static_cast<int>(part.size()),
                                            last && bytes.empty() ? 1 : 0);
            if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
            if (state != XML_ERR_OK) refuse(last);
        } while (!bytes.empty());
    }

  private:
    enum class Field {
        none,
        other,
        title,
        name_space,
        id,
        revision_id,
        timestamp,
        model,
        text,
        site_name,
        base,
        site_namespace,
    };

    /// Exceptions must not pass through the C library: kept, and thrown when it has returned.
    template <class Body>
    static void guarded(void* self, Body body) noexcept {
        auto& reader = *static_cast<Reader*>(self);
        if (reader.thrown_) return;
        try {
            body(reader);
        } catch (...) {
            reader.thrown_ = std::current_exception();
            xmlStopParser(reader.context_);
        }
    }

    [[noreturn]] void refuse(bool at_end) const {
        const xmlError* error = xmlCtxtGetLastError(context_);
        if (at_end || error == nullptr)
            throw PermanentError(fmt::format("is cut off: the dump ends in the middle, at line {}",
                                             xmlSAX2GetLineNumber(context_)));
        throw PermanentError(
            fmt::format("is not well-formed XML at line {}: {}", error->line,
                        one_line(error->message == nullptr ? "" : error->message)));
    }

    void start(std::string_view name, const xmlChar** attributes, std::size_t count) {
        if (open_.size() >= kDeepest)
            throw PermanentError("nests elements deeper than a MediaWiki dump does");
        const std::string_view parent = open_.empty() ? "" : std::string_view(open_.back());
        if (open_.empty()) {
            if (name != "mediawiki")
                throw PermanentError(
                    fmt::format("is XML whose root is <{}>, not the <mediawiki> of a dump",
                                name.substr(0, 100)));
        }
        field_ = field_of(parent, name);
        if (field_ != Field::none && field_ != Field::other && field_ != Field::text)
            target()->clear();
        if (name == "page" && parent == "mediawiki") {
            page_ = DumpPage();
            page_.model = "wikitext";
        } else if (name == "redirect" && parent == "page") {
            page_.redirect = attribute("title", attributes, count);
        } else if (name == "namespace" && parent == "namespaces") {
            namespace_key_ = number_of(attribute("key", attributes, count));
        } else if (field_ == Field::text) {
            page_.wikitext.clear();
            page_.too_large = false;
        }
        open_.emplace_back(name.substr(0, 64));
    }

    static Field field_of(std::string_view parent, std::string_view name) {
        if (parent == "page") {
            if (name == "title") return Field::title;
            if (name == "ns") return Field::name_space;
            if (name == "id") return Field::id;
        } else if (parent == "revision") {
            if (name == "text") return Field::text;
            if (name == "id") return Field::revision_id;
            if (name == "timestamp") return Field::timestamp;
            if (name == "model") return Field::model;
        } else if (parent == "siteinfo") {
            if (name == "sitename") return Field::site_name;
            if (name == "base") return Field::base;
        } else if (parent == "namespaces" && name == "namespace") {
            return Field::site_namespace;
        }
        return Field::other;
    }

    static std::string attribute(std::string_view name, const xmlChar** attributes,
                                 std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            if (view(attributes[5 * i]) != name) continue;
            const auto* begin = reinterpret_cast<const char*>(attributes[5 * i + 3]);
            const auto* end = reinterpret_cast<const char*>(attributes[5 * i + 4]);
            // The library gives "&" as a reference where entities are off.
            return decode_entities({begin, std::min(end, begin + kLongestField)});
        }
        return "";
    }

    std::string* target() {
        switch (field_) {
            case Field::title:
                return &page_.title;
            case Field::id:
                return &page_.id;
            case Field::revision_id:
                return &page_.revision_id;
            case Field::timestamp:
                return &page_.timestamp;
            case Field::model:
                return &page_.model;
            case Field::site_name:
                return &site_.name;
            case Field::base:
                return &site_.base;
            case Field::name_space:
            case Field::site_namespace:
                return &scratch_;
            case Field::text:
                return &page_.wikitext;
            case Field::none:
            case Field::other:
                break;
        }
        return nullptr;
    }

    void characters(std::string_view text) {
        std::string* into = target();
        if (into == nullptr || page_.too_large) return;
        if (field_ != Field::text) {
            into->append(text.substr(0, kLongestField - std::min(into->size(), kLongestField)));
        } else if (into->size() + text.size() > largest_text_) {
            page_.too_large = true;
            std::string().swap(*into);
        } else {
            into->append(text);
        }
    }

    void end() {
        const std::string name = std::move(open_.back());
        open_.pop_back();
        if (field_ == Field::name_space) page_.name_space = number_of(scratch_);
        if (field_ == Field::site_namespace && site_.namespaces.size() < kMostNamespaces)
            site_.namespaces[namespace_key_] = scratch_;
        field_ = Field::none;
        if (name == "page" && open_.size() == 1) on_page_(site_, std::move(page_));
    }

    std::size_t largest_text_;
    OnPage on_page_;
    xmlParserCtxtPtr context_ = nullptr;
    std::exception_ptr thrown_;
    std::vector<std::string> open_;
    Field field_ = Field::none;
    bool fed_ = false;
    int namespace_key_ = 0;
    std::string scratch_;
    WikiSite site_;
    DumpPage page_;
};

MediaWikiDump::MediaWikiDump(std::size_t largest_text, OnPage on_page)
    : reader_(std::make_unique<Reader>(largest_text, std::move(on_page))) {}

MediaWikiDump::~MediaWikiDump() = default;

void MediaWikiDump::feed(std::string_view bytes) {
    if (!bytes.empty()) reader_->feed(bytes, false);
}

void MediaWikiDump::finish() {
    reader_->feed({}, true);
}

bool looks_like_dump(std::string_view head) {
    std::string start(head.substr(0, 4096));
    std::erase(start, '\0');  // UTF-16
    return start.find("<mediawiki") != std::string::npos;
}

}  // namespace almagest::text
