#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace almagest::evaluation {

/// Something that a text names.
struct GoldThing {
    std::string id;
    std::vector<std::string> names;
    bool optional = false;  ///< found or not, it does not count
    bool literal = false;   ///< a date or number: nothing about it counts
    std::string date;       ///< of an event or work: as precise as it is long, or ""
};

/// Reads "head type tail".
struct GoldRelation {
    std::string head;
    std::string type;
    std::string tail;
    std::string start;  ///< YYYY, YYYY-MM or YYYY-MM-DD, or ""
    std::string end;
    bool optional = false;
};

struct GoldDocument {
    std::string id;
    std::string title;
    std::string text;  ///< "": the page is known by its id alone
    std::vector<GoldThing> entities;
    std::vector<GoldThing> events;
    std::vector<GoldThing> works;
    std::vector<GoldRelation> relations;
    std::string page_type;           ///< "": not told
    std::vector<std::string> traps;  ///< names that must not become entities
    std::vector<std::string> facts;  ///< sentences that the stored rows should let one tell
    // What gold does not list it cannot judge.
    bool lists_entities = true;
    bool lists_relations = true;
    bool lists_events = true;
    bool lists_works = true;
};

/// Reads JSON Lines of any of the forms of docs/evaluation.md: a document a line, or an item a
/// line. In the order in which the documents are first named. Throws UsageError naming the line.
[[nodiscard]] std::vector<GoldDocument> read_gold(std::string_view json_lines,
                                                  const std::string& file);

}  // namespace almagest::evaluation
