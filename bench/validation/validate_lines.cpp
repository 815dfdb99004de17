// Validates: lines {"schema": …, "value": …} in, lines {"valid": true|false} or {"refused": why}
// out.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "contract/answer.h"
#include "error/error.h"

int main() {
    using nlohmann::json;
    for (std::string line; std::getline(std::cin, line);) {
        const auto given = json::parse(line);
        try {
            const almagest::contract::Schema schema(given.at("schema"));
            std::cout << json{{"valid", schema.violations(given.at("value")).empty()}}.dump();
        } catch (const almagest::UsageError& error) {
            std::cout << json{{"refused", error.what()}}.dump();
        }
        std::cout << "\n";
    }
}
