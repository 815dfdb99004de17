#include "store/arguments.h"

#include <fmt/format.h>

#include <functional>
#include <pqxx/pqxx>

#include "error/error.h"

namespace almagest::store {
namespace {

std::string quoted_element(const std::string& text) {
    std::string element = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            element += '\\';
        }
        element += character;
    }
    return element + '"';
}

/// The server cuts longer names off, so the statement itself cannot be its name.
std::string prepared(pqxx::transaction_base& work, const std::string& statement) {
    auto name = fmt::format("almagest_{:x}", std::hash<std::string>{}(statement));
    work.conn().prepare(name, statement);
    return name;
}

}  // namespace

std::string json_text(const nlohmann::json& document) {
    try {
        return document.dump();
    } catch (const nlohmann::json::exception& error) {
        throw PermanentError(fmt::format("a JSON document is not UTF-8: {}", error.what()));
    }
}

Arguments& Arguments::add(const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        throw PermanentError("a text holds a zero byte, which PostgreSQL cannot store; remove it");
    }
    values_.emplace_back(text);
    return *this;
}

Arguments& Arguments::add(std::int64_t number) {
    values_.emplace_back(std::to_string(number));
    return *this;
}

Arguments& Arguments::add(bool truth) {
    values_.emplace_back(truth ? "true" : "false");
    return *this;
}

Arguments& Arguments::add(double number) {
    values_.emplace_back(fmt::format("{}", number));
    return *this;
}

Arguments& Arguments::add(const nlohmann::json& document) {
    if (document.is_null()) {
        return add_null();
    }
    values_.emplace_back(json_text(document));
    return *this;
}

Arguments& Arguments::add_null() {
    values_.emplace_back(std::nullopt);
    return *this;
}

Arguments& Arguments::add_array(std::span<const std::int64_t> numbers) {
    values_.emplace_back(fmt::format("{{{}}}", fmt::join(numbers, ",")));
    return *this;
}

Arguments& Arguments::add_array(std::span<const std::string> texts) {
    std::vector<std::string> elements;
    for (const auto& text : texts) {
        elements.push_back(quoted_element(text));
    }
    return add(fmt::format("{{{}}}", fmt::join(elements, ",")));
}

pqxx::result Arguments::run(pqxx::transaction_base& work, const std::string& statement) const {
    return work.exec_params(statement, pqxx::prepare::make_dynamic_params(pointers()));
}

pqxx::row Arguments::run1(pqxx::transaction_base& work, const std::string& statement) const {
    return work.exec_params1(statement, pqxx::prepare::make_dynamic_params(pointers()));
}

pqxx::result Arguments::run_prepared(pqxx::transaction_base& work,
                                     const std::string& statement) const {
    return work.exec_prepared(prepared(work, statement),
                              pqxx::prepare::make_dynamic_params(pointers()));
}

pqxx::row Arguments::run1_prepared(pqxx::transaction_base& work,
                                   const std::string& statement) const {
    return work.exec_prepared1(prepared(work, statement),
                               pqxx::prepare::make_dynamic_params(pointers()));
}

std::vector<const char*> Arguments::pointers() const {
    std::vector<const char*> result;
    for (const auto& value : values_) {
        result.push_back(value ? value->c_str() : nullptr);
    }
    return result;
}

nlohmann::json json_of(const pqxx::field& field) {
    return field.is_null() ? nlohmann::json() : nlohmann::json::parse(field.c_str());
}

}  // namespace almagest::store
