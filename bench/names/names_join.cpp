// names_join join SIMILARITY FILE | audit FILE
// FILE has a name a line: id, entity, kind, name, tab-separated. Prints seconds (the join or audit
// alone), pairs, and precision, recall and F1 of the pairs against the entities, as one JSON
// object.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "identity/audit.h"
#include "identity/similarity_join.h"
#include "identity/utf8.h"
#include "text/names.h"

using namespace almagest;

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    const bool is_join = mode == "join";
    if (argc != (is_join ? 4 : 3)) return 2;
    std::ifstream file(argv[argc - 1]);
    std::vector<std::string> entities;
    std::vector<identity::Name> names;
    std::vector<std::u32string> texts;
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find('\t');
        const auto second = line.find('\t', first + 1);
        auto name = line.substr(line.find('\t', second + 1) + 1);
        if (!name.empty() && name.back() == '\r') name.pop_back();
        entities.push_back(line.substr(first + 1, second - first - 1));
        if (is_join) {  // as the peers compare: letters small, nothing else folded
            for (auto& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            texts.push_back(identity::code_points_of(name));
        } else {
            names.push_back({text::name_key(name), ""});
        }
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    const auto start = std::chrono::steady_clock::now();
    if (is_join) {
        for (const auto& pair :
             identity::similar_pairs(texts, identity::edits_above(std::atof(argv[2])), 2))
            pairs.emplace_back(pair.first, pair.second);
    } else {
        for (const auto& pair : identity::audit(names, 2))
            pairs.emplace_back(pair.first, pair.second);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::map<std::string, double> sizes;
    for (const auto& entity : entities) ++sizes[entity];
    double truth = 0;
    for (const auto& [entity, size] : sizes) truth += size * (size - 1) / 2;
    double right = 0;
    for (const auto& [a, b] : pairs) right += entities[a] == entities[b] ? 1 : 0;
    if (std::getenv("NAMES_WRONG") != nullptr)
        for (const auto& [a, b] : pairs)
            if (entities[a] != entities[b])
                std::cerr << names.at(a).key << " | " << names.at(b).key << "\n";
    const auto precision = pairs.empty() ? 0 : right / static_cast<double>(pairs.size());
    const auto recall = truth > 0 ? right / truth : 0;
    std::cout << fmt::format(
        "{{\"names\": {}, \"seconds\": {:.4f}, \"pairs\": {}, \"precision\": {:.4f}, \"recall\": "
        "{:.4f}, \"f1\": {:.4f}}}\n",
        entities.size(), seconds.count(), pairs.size(), precision, recall,
        precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
}
