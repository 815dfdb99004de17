#include "store/kept_answers.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {

std::optional<KeptAnswer> KeptAnswers::find(const std::string& key, int days) {
    const auto arguments = Arguments().add(key).add(days);
    std::optional<KeptAnswer> found;
    connection_->transaction([&](pqxx::work& work) {
        const auto rows =
            arguments.run(work,
                          "SELECT model, content, prompt_tokens, completion_tokens FROM "
                          "llm.fn_find_answer($1::text, $2::int)");
        if (!rows.empty())
            found = KeptAnswer{rows[0][0].as<std::string>(), rows[0][1].as<std::string>(),
                               rows[0][2].as<std::int64_t>(), rows[0][3].as<std::int64_t>()};
    });
    return found;
}

void KeptAnswers::keep(const std::string& key, const KeptAnswer& answer) {
    const auto arguments = Arguments()
                               .add(key)
                               .add(answer.model)
                               .add(answer.content)
                               .add(answer.prompt_tokens)
                               .add(answer.completion_tokens);
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work,
                            "SELECT llm.usp_keep_answer($1::text, $2::text, $3::text, $4::bigint, "
                            "$5::bigint)");
    });
}

}  // namespace almagest::store
