#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/settings.h"
#include "work/intake_ledger.h"
#include "work/page_store.h"

namespace almagest::work {

/// What a file holds, where a person says so.
enum class InputType { html, markdown, text, wikitext, pdf, json_lines, mediawiki };

struct IntakeOptions {
    std::optional<InputType> type;  ///< none: told by name and content
    std::set<int> namespaces{0};    ///< of MediaWiki dumps
};

/// Bytes of what is being read; total 0: not known.
struct IntakeProgress {
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes = 0;
    std::uint64_t pages = 0;
};

/// Reads pages from files, folders, http(s) addresses and standard input ("-") and stores them with
/// their first jobs. What cannot be read is refused, and the rest goes on; what a folder holds
/// besides pages is skipped. Memory does not grow
/// with dumps and JSON Lines, but for 8 bytes a page. With `open`, pages are stored while the next
/// ones are read. Throws TransientError when the database is lost.
[[nodiscard]] TakenIn take_in(PageStore& store, int tenant_id,
                              const std::vector<std::string>& paths,
                              const config::IngestSettings& settings, const IntakeOptions& options,
                              const std::function<void(const IntakeProgress&)>& on_progress,
                              const OpenStore& open = {});

}  // namespace almagest::work
