#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <sstream>

#include "config/settings.h"
#include "error/error.h"

namespace almagest::config {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return text;
}

}  // namespace

bool fits(const ModelProfile& profile, const std::string& model) {
    const std::string name = lower(model);
    std::istringstream patterns(lower(profile.match));
    for (std::string pattern; std::getline(patterns, pattern, '|');) {
        if (!pattern.empty() && fnmatch(pattern.c_str(), name.c_str(), 0) == 0) return true;
    }
    return false;
}

const ModelProfile& profile_for(const Settings& settings, const std::string& model) {
    for (const ModelProfile& profile : settings.llm.profiles) {
        if (fits(profile, model)) return profile;
    }
    throw UsageError(fmt::format(
        "no profile of the configuration fits the model \"{}\"; add one with match: \"*\"", model));
}

}  // namespace almagest::config
