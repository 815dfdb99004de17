// names_join join SIMILARITY FILE | audit FILE [ASKED] | sweep FILE | records FILE | pairs FILE
// join, audit, sweep: FILE has a name a line: id, entity, kind, name, tab-separated. records: id,
// entity, name, and what else is known of it (equal values count as relations that both have),
// tab-separated. They print seconds (the join or audit alone), pairs, and precision, recall and F1
// of the pairs against the entities, as one JSON object; sweep one for each prior, in bits beside
// the one that the audit has. pairs: two names a line, and their types if known, tab-separated;
// prints a score a line.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <set>

#include "identity/audit.h"
#include "identity/similarity_join.h"
#include "identity/utf8.h"
#include "text/names.h"

using namespace almagest;

namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using Clock = std::chrono::steady_clock;

std::vector<std::vector<std::string>> rows_of(const char* path) {
    std::ifstream file(path);
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        auto& row = rows.emplace_back();
        for (std::size_t start = 0; start <= line.size();) {
            const auto end = std::min(line.find('\t', start), line.size());
            row.push_back(line.substr(start, end - start));
            start = end + 1;
        }
    }
    return rows;
}

/// `asked`: only pairs with one of so many first names count.
std::string score_of(Pairs pairs, const std::vector<std::string>& entities,
                     std::size_t asked = std::numeric_limits<std::size_t>::max()) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first >= asked; });
    std::map<std::string, double> sizes;
    for (const auto& entity : entities) ++sizes[entity];
    double truth = 0;
    for (std::size_t i = 0; i < std::min(asked, entities.size()); ++i)
        truth += --sizes[entities[i]];  // with those after it
    double right = 0;
    for (const auto& [a, b] : pairs) right += entities[a] == entities[b] ? 1 : 0;
    const auto precision = pairs.empty() ? 0 : right / static_cast<double>(pairs.size());
    const auto recall = truth > 0 ? right / truth : 0;
    return fmt::format(
        "\"names\": {}, \"pairs\": {}, \"precision\": {:.4f}, \"recall\": {:.4f}, \"f1\": {:.4f}}}",
        entities.size(), pairs.size(), precision, recall,
        precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void join(double similarity, const char* path) {
    std::vector<std::string> entities;
    std::vector<std::u32string> texts;
    for (auto& row : rows_of(path)) {
        entities.push_back(row.at(1));
        for (auto& c : row.at(3))  // as the peers compare: letters small, nothing else folded
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        texts.push_back(identity::code_points_of(row.at(3)));
    }
    const auto start = Clock::now();
    Pairs pairs;
    for (const auto& pair : identity::similar_pairs(texts, identity::edits_above(similarity), 2))
        pairs.emplace_back(pair.first, pair.second);
    std::cout << fmt::format("{{\"seconds\": {:.4f}, ", seconds_since(start))
              << score_of(pairs, entities) << "\n";
}

Pairs above(const std::vector<identity::CandidatePair>& found, double threshold) {
    Pairs pairs;
    for (const auto& pair : found)
        if (pair.judgement.score >= threshold) pairs.emplace_back(pair.first, pair.second);
    return pairs;
}

/// `sweeps`: every prior. Another prior is another threshold.
void audit(const char* path, bool sweeps, std::size_t asked) {
    std::vector<std::string> entities;
    std::vector<identity::Name> names;
    for (const auto& row : rows_of(path)) {
        entities.push_back(row.at(1));
        names.push_back({text::name_key(row.at(3)), ""});
    }
    const auto threshold_of = [](double bits) { return 1 / (1 + std::exp2(bits)); };
    const auto start = Clock::now();
    const auto found = identity::audit(names, 2, sweeps ? threshold_of(6) : identity::likely_one);
    const auto seconds = seconds_since(start);
    for (double bits = sweeps ? -6 : 0; bits <= (sweeps ? 6 : 0); bits += 0.5)
        std::cout << fmt::format("{{\"seconds\": {:.4f}, \"bits\": {}, ", seconds, bits)
                  << score_of(above(found, threshold_of(bits)), entities, asked) << "\n";
    if (std::getenv("NAMES_WRONG") != nullptr)  // NOLINT(concurrency-mt-unsafe)
        for (const auto& pair : found)
            if (entities[pair.first] != entities[pair.second])
                std::cerr << names[pair.first].key << " | " << names[pair.second].key << "\n";
}

void audit_records(const char* path) {
    std::vector<std::string> entities;
    std::vector<identity::Name> names;
    std::vector<std::set<std::string>> known;
    for (const auto& row : rows_of(path)) {
        entities.push_back(row.at(1));
        names.push_back({text::name_key(row.at(2)), ""});
        known.emplace_back(row.begin() + 3, row.end());
        known.back().erase("");
    }
    const auto start = Clock::now();
    auto found = identity::audit(names, 2, identity::likely_with_relations);
    for (auto& pair : found) {
        std::size_t shared = 0;
        for (const auto& value : known[pair.first]) shared += known[pair.second].count(value);
        pair.judgement = identity::with_relations(std::move(pair.judgement), shared);
    }
    std::cout << fmt::format("{{\"seconds\": {:.4f}, ", seconds_since(start))
              << score_of(above(found, identity::likely_one), entities) << "\n";
}

void judge_pairs(const char* path) {
    auto rows = rows_of(path);
    identity::WordCounts counts;
    std::set<std::string> keys;
    for (auto& row : rows) {
        row.resize(4);
        for (const std::size_t side : {0, 1}) {
            row[side] = text::name_key(row[side]);
            if (keys.insert(row[side]).second) counts.add(row[side]);
        }
    }
    for (const auto& row : rows)
        std::cout << fmt::format(
            "{:.6f}\n", row[0].empty() || row[1].empty()
                            ? 0
                            : identity::judge({row[0], row[2]}, {row[1], row[3]}, counts).score);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode == "join" && argc == 4)
        join(std::strtod(argv[2], nullptr), argv[3]);
    else if ((mode == "audit" && (argc == 3 || argc == 4)) || (mode == "sweep" && argc == 3))
        audit(argv[2], mode == "sweep",
              argc == 4 ? std::stoul(argv[3]) : std::numeric_limits<std::size_t>::max());
    else if (mode == "records" && argc == 3)
        audit_records(argv[2]);
    else if (mode == "pairs" && argc == 3)
        judge_pairs(argv[2]);
    else
        return 2;
}
