#pragma once

#include <filesystem>
#include <vector>

#include "contract/answer.h"

/// The contracts of the tree that ask a model.
inline std::vector<almagest::contract::JobType> contracts_that_ask() {
    std::vector<almagest::contract::JobType> types;
    const auto registry = almagest::contract::Registry::load(
        std::filesystem::path(ALMAGEST_SOURCE_DIR) / "contracts");
    for (const auto& type : registry.all())
        if (type.asks_model()) types.push_back(type);
    return types;
}
