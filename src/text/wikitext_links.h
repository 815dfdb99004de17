#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/mediawiki_dump.h"

namespace almagest::text {

enum class LinkKind { page, file, category, language };

/// Tells links to pages from those that mean something else on this wiki. Thread-safe.
class LinkNames {
  public:
    explicit LinkNames(const WikiSite& site);
    /// Of a target as written, with or without a leading colon.
    [[nodiscard]] LinkKind kind_of(std::string_view target) const;

  private:
    std::vector<std::string> files_;
    std::vector<std::string> categories_;
};

/// What a link without words of its own shows: the target without the colon before it.
[[nodiscard]] std::string_view shown_target(std::string_view target);

/// "Bodmin" of "Bodmin (town)", "Help:Bodmin" or "Bodmin, Cornwall": what [[…|]] shows.
[[nodiscard]] std::string_view pipe_trick(std::string_view target);

}  // namespace almagest::text
