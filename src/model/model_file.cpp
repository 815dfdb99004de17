#include "model/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "error/error.h"
#include "model/checksum.h"
#include "model/download.h"
#include "model/private_file.h"
#include "system/sha256.h"

namespace almagest::model {
namespace {

namespace fs = std::filesystem;

struct ListedModel {
    std::string file;
    std::uintmax_t bytes = 0;
    std::string sha256;
};

std::optional<ListedModel> listed(const std::string& wanted, const config::Places& places) {
    std::istringstream lines(
        read_if_there(places.share / "scripts" / "model-server" / "models.txt"));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string name;
        ListedModel model;
        if (fields >> name >> model.file >> model.bytes >> model.sha256 && name == wanted) {
            return model;
        }
    }
    return std::nullopt;
}

bool is_url(const std::string& text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

std::string name_of(const fs::path& file) {
    auto name = file.filename().string();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (name.ends_with(".gguf")) {
        name.resize(name.size() - 5);
    }
    return name;
}

void require_gguf(const fs::path& file) {
    std::error_code failure;
    if (!fs::is_regular_file(file, failure)) {
        throw UsageError(
            fmt::format("the model file {} (llm.model) does not exist", file.string()));
    }
    std::ifstream in(file, std::ios::binary);
    std::string magic(4, '\0');
    in.read(magic.data(), 4);
    if (!in || magic != "GGUF") {
        throw UsageError(
            fmt::format("{} is not a model in GGUF format (or cannot be read)", file.string()));
    }
}

void require_sum(const fs::path& file, const std::string& found, const std::string& wanted,
                 const std::string& advice) {
    if (!wanted.empty() && found != wanted) {
        throw UsageError(fmt::format("the model file {} has SHA-256 {} where {} is wanted; {}",
                                     file.string(), found, wanted, advice));
    }
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

ModelFile checked(const fs::path& file, const std::string& wanted_sum, const config::Places& places,
                  const std::string& advice) {
    require_gguf(file);
    auto sum = KnownChecksums(places.models() / "verified.json").of(file);
    require_sum(file, sum, wanted_sum, advice);
    return {fs::absolute(file), name_of(file), std::move(sum)};
}

ModelFile fetched_by_set_up(const ListedModel& model, const config::LlmSettings& settings,
                            const config::Places& places) {
    const auto file = places.cache / "models" / model.file;
    std::error_code failure;
    if (!fs::exists(file, failure)) {
        throw UsageError(
            fmt::format("the {} model is not there ({} is missing); fetch it with make setup or "
                        "scripts/fetch-model.sh, or set llm.model to a GGUF of your own",
                        settings.model, file.string()));
    }
    const auto advice = fmt::format("remove it and run scripts/fetch-model.sh {}", settings.model);
    const auto size = fs::file_size(file, failure);
    if (size != model.bytes) {
        throw UsageError(fmt::format("the model file {} has {} bytes instead of {}; {}",
                                     file.string(), size, model.bytes, advice));
    }
    return checked(file,
                   settings.model_sha256.empty() ? model.sha256 : lower(settings.model_sha256),
                   places, advice);
}

ModelFile from_url(const config::LlmSettings& settings, const config::Places& places) {
    auto base = settings.model.substr(0, settings.model.find_first_of("?#"));
    base = base.substr(base.find_last_of('/') + 1);
    if (base.empty() || base.starts_with('.')) {
        throw UsageError(
            fmt::format("the URL {} (llm.model) ends in no file name", settings.model));
    }
    // Two URLs may end in the same name.
    const auto file = places.models() / system::sha256_of(settings.model).substr(0, 12) / base;
    make_private_folder(places.models());
    download(settings.model, file, settings);
    return checked(file, lower(settings.model_sha256), places,
                   "remove it to take it again, or correct llm.model_sha256");
}

}  // namespace

ModelFile find_model(const config::LlmSettings& settings, const config::Places& places) {
    if (const auto model = listed(settings.model, places)) {
        return fetched_by_set_up(*model, settings, places);
    }
    if (is_url(settings.model)) {
        return from_url(settings, places);
    }
    if (settings.model.empty() || (settings.model == "default")) {
        throw UsageError(fmt::format("the list of models {} is missing or damaged",
                                     (places.share / "scripts/model-server/models.txt").string()));
    }
    return checked(settings.model, lower(settings.model_sha256), places,
                   "put the right file there, or correct llm.model_sha256");
}

std::string name_of_model(const config::LlmSettings& settings, const config::Places& places) {
    if (const auto model = listed(settings.model, places)) return name_of(model->file);
    return name_of(settings.model.substr(0, settings.model.find_first_of("?#")));
}

}  // namespace almagest::model
