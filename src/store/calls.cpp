#include "store/calls.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {

std::vector<UsualCalls> Calls::usual(std::optional<int> tenant_id, const std::string& model) {
    const auto arguments = Arguments().add(tenant_id).add(model);
    std::vector<UsualCalls> found;
    connection_->transaction([&](pqxx::work& work) {
        found.clear();
        for (const auto& row : arguments.run(
                 work,
                 "SELECT job_type, calls, prompt_tokens, cached_tokens, completion_tokens, "
                 "duration_ms, content_tokens, answered_characters, answered_prompt_tokens, jobs, "
                 "asked_calls FROM llm.fn_usual_calls($1::int, $2::text) ORDER BY job_type")) {
            const auto number = [&row](int column) { return row[column].as<std::int64_t>(); };
            found.push_back({row[0].as<std::string>(), number(1), number(2), number(3), number(4),
                             number(5), number(6), number(7), number(8), number(9), number(10)});
        }
    });
    return found;
}

std::vector<Calls::Known> Calls::known_work(int tenant_id, const nlohmann::json& jobs) {
    const auto arguments = Arguments().add(tenant_id).add(jobs);
    std::vector<Known> known;
    connection_->transaction([&](pqxx::work& work) {
        known.clear();
        for (const auto& row : arguments.run(
                 work, "SELECT place, is_live FROM llm.fn_known_work($1::int, $2::jsonb)"))
            known.push_back({row[0].as<std::size_t>(), row[1].as<bool>()});
    });
    return known;
}

}  // namespace almagest::store
