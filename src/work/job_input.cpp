#include "work/job_input.h"

#include "contract/answer.h"
#include "error/error.h"

namespace almagest::work {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

void require_valid(const contract::Registry& registry, const char* name,
                   const ordered_json& document) {
    const auto* schema = registry.document(name, {1, 0, 0});
    if (schema == nullptr) return;
    const auto violations = schema->compiled->violations(json(document), 1);
    if (!violations.empty())
        throw PermanentError("the input of the job breaks " + std::string(name) +
                             " 1.0.0: " + violations.front());
}

ordered_json references(const ordered_json& bundle) {
    auto list = ordered_json::array();
    for (const auto& item : bundle.at("items")) {
        ordered_json reference;
        for (const auto* member :
             {"source_page_id", "chunk_id", "entity_id", "char_start", "char_end"})
            if (item.contains(member)) reference[member] = item[member];
        list.push_back(std::move(reference));
    }
    return list;
}

json or_null(const std::optional<std::int64_t>& id) {
    return id ? json(*id) : json();
}

}  // namespace

ordered_json job_input(const contract::Registry& registry, const store::ClaimedJob& job,
                       const Evidence& evidence) {
    require_valid(registry, "evidence_bundle", evidence.bundle);
    ordered_json envelope{{"envelope_version", "1.0.0"},
                          {"job_id", job.job_id},
                          {"job_type", job.job_type},
                          {"contract_version", job.contract_version},
                          {"correlation_id", job.correlation_id},
                          {"source_page_id", or_null(job.source_page_id)},
                          {"chunk_id", or_null(job.chunk_id)},
                          {"attempt", job.attempts},
                          {"payload", job.payload.is_object() ? job.payload : json::object()},
                          {"evidence_refs", references(evidence.bundle)},
                          {"evidence", evidence.bundle}};
    require_valid(registry, "job_input_envelope", envelope);
    return envelope;
}

}  // namespace almagest::work
