#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <pqxx/transaction_base>
#include <span>
#include <string>
#include <vector>

namespace almagest::store {

/// A document as text for the database. Throws PermanentError for bytes that are not UTF-8: they
/// are a defect of the caller, so they are not replaced.
[[nodiscard]] std::string json_text(const nlohmann::json& document);

/// The bound values of one statement, $1 first; each travels as text and is cast in the statement.
class Arguments {
  public:
    Arguments& add(const std::string& text);  ///< throws PermanentError for a text with a zero byte
    Arguments& add(std::int64_t number);
    Arguments& add(int number) { return add(static_cast<std::int64_t>(number)); }
    Arguments& add(bool truth);
    Arguments& add(double number);
    Arguments& add(const nlohmann::json& document);  ///< null becomes SQL's null
    Arguments& add_null();
    Arguments& add(const char*) = delete;

    template <class Value>
    Arguments& add(const std::optional<Value>& value) {
        return value ? add(*value) : add_null();
    }
    /// An array; SQL's null when empty, which the procedures take as "any".
    template <class Value>
    Arguments& add_or_null(const std::vector<Value>& values) {
        return values.empty() ? add_null() : add_array(values);
    }
    Arguments& add_array(std::span<const std::int64_t> numbers);
    Arguments& add_array(std::span<const std::string> texts);

    [[nodiscard]] pqxx::result run(pqxx::transaction_base& work,
                                   const std::string& statement) const;
    /// Expects exactly one row.
    [[nodiscard]] pqxx::row run1(pqxx::transaction_base& work, const std::string& statement) const;
    /// The same for a statement that a session runs again and again, always in the same words: it
    /// is parsed and planned once a session.
    [[nodiscard]] pqxx::result run_prepared(pqxx::transaction_base& work,
                                            const std::string& statement) const;
    [[nodiscard]] pqxx::row run1_prepared(pqxx::transaction_base& work,
                                          const std::string& statement) const;
    [[nodiscard]] std::vector<const char*> pointers() const;

  private:
    std::deque<std::optional<std::string>> values_;
};

/// The JSON text of a field; null for SQL's null.
[[nodiscard]] nlohmann::json json_of(const pqxx::field& field);

/// nullopt for SQL's null.
template <class Value>
[[nodiscard]] std::optional<Value> optional_of(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional<Value>(field.as<Value>());
}

}  // namespace almagest::store
