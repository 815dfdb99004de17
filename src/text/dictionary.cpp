#include "text/dictionary.h"

#include <cstdlib>
#include <filesystem>
#include <hunspell/hunspell.hxx>
#include <map>
#include <vector>

namespace almagest::text {
namespace {

std::vector<std::filesystem::path> folders() {
    std::vector<std::filesystem::path> all;
    // Hunspell's own variable; read while no thread writes the environment.
    if (const char* own = std::getenv("DICPATH")) {  // NOLINT(concurrency-mt-unsafe)
        std::string_view rest = own;
        while (!rest.empty()) {
            const auto colon = rest.find(':');
            if (colon != 0) all.emplace_back(rest.substr(0, colon));
            rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
        }
    }
    all.emplace_back("/usr/share/hunspell");
    all.emplace_back("/usr/local/share/hunspell");
    return all;
}

std::shared_ptr<const Dictionary> load(const std::string& language) {
    std::error_code unreadable;
    for (const auto& folder : folders()) {
        const auto affixes = folder / (language + ".aff");
        const auto words = folder / (language + ".dic");
        if (std::filesystem::is_regular_file(affixes, unreadable) &&
            std::filesystem::is_regular_file(words, unreadable))
            return std::make_shared<const Dictionary>(affixes.string(), words.string());
    }
    return nullptr;
}

}  // namespace

std::shared_ptr<const Dictionary> Dictionary::find(const std::string& language) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const Dictionary>> known;
    const std::lock_guard lock(mutex);
    const auto [entry, is_new] = known.try_emplace(language);
    if (is_new) entry->second = load(language);
    return entry->second;
}

Dictionary::Dictionary(const std::string& affix_file, const std::string& word_file)
    : words_(std::make_unique<Hunspell>(affix_file.c_str(), word_file.c_str())) {}

Dictionary::~Dictionary() = default;

bool Dictionary::has(std::string_view word) const {
    const std::lock_guard lock(mutex_);
    return words_->spell(std::string(word));
}

}  // namespace almagest::text
