// Parses answers: lines {"input": base64, "schema": …} in, lines {strategy, truncated, value} or
// {why} out. With a number of rounds it parses all of them so often, and says how long that took.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "contract/answer.h"

namespace {

using nlohmann::json;
namespace contract = almagest::contract;

std::string decoded(const std::string& base64) {
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    static const std::string digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char c : base64) {
        const auto digit = digits.find(c);
        if (digit == std::string::npos) continue;
        bits = (bits << 6U) | static_cast<unsigned>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU));
    }
    return bytes;
}

struct Case {
    std::string input;
    const contract::Schema* schema = nullptr;
};

json parsed(const Case& one) {
    std::string why;
    const auto answer = contract::parse_answer(one.input, &why, 8U << 20U, one.schema);
    if (!answer) return {{"why", why}};
    return {{"strategy", contract::to_string(answer->strategy)},
            {"truncated", answer->truncated},
            {"value", answer->value}};
}

}  // namespace

int main(int argc, char** argv) {
    std::map<std::string, contract::Schema> schemas;
    std::vector<Case> cases;
    for (std::string line; std::getline(std::cin, line);) {
        const auto given = json::parse(line);
        Case one{decoded(given.at("input")), nullptr};
        if (given.contains("schema")) {
            const auto key = given["schema"].dump();
            one.schema = &schemas.try_emplace(key, given["schema"]).first->second;
        }
        cases.push_back(std::move(one));
    }
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 0;
    if (rounds == 0) {
        for (const auto& one : cases)
            std::cout << parsed(one).dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
        return 0;
    }
    const auto began = std::chrono::steady_clock::now();
    std::size_t usable = 0;
    for (int round = 0; round < rounds; ++round)
        for (const auto& one : cases)
            usable += contract::parse_answer(one.input, nullptr, 8U << 20U, one.schema) ? 1 : 0;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << json{{"seconds", took.count()}, {"usable", usable}}.dump() << "\n";
}
