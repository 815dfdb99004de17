#include "store/vocabulary.h"

#include <pqxx/pqxx>

#include "store/arguments.h"

namespace almagest::store {

int Vocabulary::tag(int tenant_id, const std::string& tag, const std::string& type,
                    const Tagged& rows, const std::string& actor) {
    const auto arguments = Arguments()
                               .add(tenant_id)
                               .add(tag)
                               .add(type)
                               .add_array(rows.source_page_ids)
                               .add_array(rows.chunk_ids)
                               .add_array(rows.entity_ids)
                               .add(actor);
    int tagged = 0;
    connection_->transaction([&](pqxx::work& work) {
        tagged = arguments
                     .run1(work,
                           "SELECT dbo.usp_tag_rows($1::int, $2::text, nullif($3::text, ''), "
                           "$4::bigint[], $5::bigint[], $6::bigint[], $7::text)")[0]
                     .as<int>();
    });
    return tagged;
}

void Vocabulary::relate_tags(int tenant_id, const std::string& from, const std::string& relation,
                             const std::string& to, const std::string& actor) {
    const auto arguments = Arguments().add(tenant_id).add(from).add(relation).add(to).add(actor);
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run1(
            work, "SELECT dbo.usp_relate_tags($1::int, $2::text, $3::text, $4::text, $5::text)");
    });
}

bool Vocabulary::unrelate_tags(int tenant_id, const std::string& from, const std::string& relation,
                               const std::string& to) {
    const auto arguments = Arguments().add(tenant_id).add(from).add(relation).add(to);
    bool was = false;
    connection_->transaction([&](pqxx::work& work) {
        was = arguments
                  .run1(work,
                        "SELECT dbo.usp_unrelate_tags($1::int, $2::text, $3::text, $4::text)")[0]
                  .as<bool>();
    });
    return was;
}

bool Vocabulary::relate_terms(int tenant_id, const std::string& kind, const std::string& term,
                              const std::string& relation, const std::string& canonical,
                              const std::string& actor) {
    const auto arguments =
        Arguments().add(tenant_id).add(kind).add(term).add(relation).add(canonical).add(actor);
    bool changed = false;
    connection_->transaction([&](pqxx::work& work) {
        changed = arguments
                      .run1(work,
                            "SELECT dbo.usp_relate_terms($1::int, $2::text, $3::text, $4::text, "
                            "nullif($5::text, ''), $6::text)")[0]
                      .as<bool>();
    });
    return changed;
}

}  // namespace almagest::store
