#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/capitalised_names.h"

namespace almagest::contract {

struct Version {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    [[nodiscard]] std::string text() const;
    /// Throws UsageError unless "MAJOR.MINOR.PATCH" of plain decimal numbers.
    [[nodiscard]] static Version parse(std::string_view text);
    // NOLINTNEXTLINE(modernize-use-nullptr): there is no pointer; clang-tidy reads the default so
    friend auto operator<=>(const Version&, const Version&) = default;
};

enum class Unit { page, chunk };

/// How a language tells who does something to whom; empty lists tell nothing.
struct DirectionRule {
    std::vector<std::string> passive;      ///< words before the one who acts: "by"
    std::vector<std::string> auxiliaries;  ///< words before the verb of a passive: "was"
    std::vector<std::string>
        verb_endings;  ///< how verbs end that a text states a relation with: "ed"
};

/// Which works bound an item: "owned it from A New Hope to The Last Jedi". The words are a
/// language's; empty lists find nothing.
struct WorkBoundRule {
    std::vector<std::string> types;    ///< types of items that are works: "film"
    std::string items;                 ///< list of the answer that may name works too, or ""
    std::vector<std::string> start;    ///< words before the first work of a span: "from"
    std::vector<std::string> joined;   ///< words before its last work, after a first: "to"
    std::vector<std::string> end;      ///< words before a last work alone: "until"
    std::vector<std::string> within;   ///< words before a work in which it all happens: "in"
    std::vector<std::string> passing;  ///< words between those and the name: "the", "events of"
};

/// Members that are taken over from the item of another list which has a mention's name.
struct LookUpRule {
    std::string items;              ///< the list of the answer
    std::string by;                 ///< its member with the name
    std::vector<std::string> take;  ///< "family": a mention "subject" gets "subject_family"
};

/// Items whose names may be given short: those whose member has one of the values.
struct ShortNameRule {
    std::string member;               ///< "type"
    std::vector<std::string> values;  ///< "person"
};

/// A dimension for entities of some types; they are written to both.
struct FamilyRule {
    std::string family;                   ///< "work"
    std::vector<std::string> types;       ///< "film"
    std::vector<std::string> time_words;  ///< what happened to it when: "released"
    std::vector<std::string> between;     ///< words that may part it from those: "was"
    std::vector<std::string> told{};      ///< types that count where one of the words is said of it
};

/// Something that happens once to what a name stands for: it dies, it is founded.
struct OccurrenceKind {
    std::string type;                   ///< "founding"
    std::string title;                  ///< "Founding of {name}"; "{date}" only where it is dated
    std::string role;                   ///< of what it happens to: "was founded"
    std::vector<std::string> of;        ///< types of names: "organisation"
    std::vector<std::string> words;     ///< said behind the name: "died"
    std::vector<std::string> passives;  ///< behind it and an auxiliary: "founded"
    std::vector<std::string> actives;   ///< before it, where who acts comes first: "founded"
};

/// How a language says of a name that something happened to it.
struct OccurrenceRule {
    std::vector<std::string> between;       ///< may part the name from the words: "later"
    std::vector<std::string> auxiliaries;   ///< part it from a passive: "was"
    std::vector<std::string> prepositions;  ///< before the name: of another is spoken ("son of")
    std::vector<std::string> articles;      ///< may stand between those two: "the"
    std::vector<std::string> joining;       ///< of names of whom the same is said: "and"
    std::vector<OccurrenceKind> kinds;
};

/// Members with identifiers of the job's payload, each at most once in an item.
struct IdentifierRule {
    std::vector<std::string> members;  ///< of the item: a number or a list of numbers each
    std::vector<std::string> among;    ///< members of the payload
};

/// Which words of a language stand for names of earlier sentences; empty lists find none.
struct AntecedentRule {
    std::vector<std::string> persons;       ///< "he": anywhere in a sentence
    std::vector<std::string> things;        ///< "it": at its beginning
    std::vector<std::string> possessive;    ///< "his": at its beginning
    std::vector<std::string> prepositions;  ///< a name behind one is no subject: "of"
    std::vector<std::string> articles;      ///< may stand between those two: "the"
    std::vector<std::string> agents;     ///< of the prepositions, those before one who acts: "by"
    std::vector<std::string> relative;   ///< behind a name, they say something of it: "which"
    std::vector<std::string> expletive;  ///< near by, "it" stands for nothing: "that"
};

/// How a language writes names, for a program that finds them before the model is asked.
struct NameRule {
    text::NameWords words;
    std::vector<std::string> pronouns;            ///< words that stand for an earlier name: "he"
    std::optional<AntecedentRule> antecedents{};  ///< … and which name that is
};

/// A form of an answer with fewer tokens than a list of objects: an object whose keys are one
/// member of the items, and whose values are another, or lists of lists with several.
struct CompactForm {
    std::string member;                ///< of the answer, which holds the object
    std::string key;                   ///< member of an item that the object's keys are
    std::string value;                 ///< member that the values are, or ""
    std::vector<std::string> tuple;    ///< members that the values' lists hold, in order
    std::vector<std::string> without;  ///< values that say that it is no item: "none"
};

/// How the items of one array of the answer (or the answer itself, for "") are tied to the passage.
struct GroundingRule {
    std::string items{};                   ///< member that holds the array; "" for the whole answer
    std::optional<CompactForm> compact{};  ///< the form that the model gives it in, if another
    std::vector<std::string> mentions{};   ///< members whose text must occur in the passage
    std::vector<std::string> optional_mentions{};  ///< taken out unless they do
    std::string named_in{};  ///< list of the answer that must name every mention, or ""
    std::string value{};     ///< member that the evidence must state, word for word or in its words
    std::string quote{};     ///< member with the exact words, or ""
    std::string sentence{};  ///< member with the number of a sentence (from 1), or ""
    std::string wording{};   ///< member whose words the evidence should carry, or ""
    std::string description{};     ///< member that takes the words of the evidence, or ""
    bool time_bounds = false;      ///< read bounds in time from the evidence
    std::string bounded_member{};  ///< … where this member, unless "",
    std::vector<std::string> bounded_values{};  ///< has one of these values
    std::vector<std::string> time_words{};  ///< … and where the evidence has one of these words
    std::optional<WorkBoundRule> work_bounds{};
    std::optional<LookUpRule> look_up{};
    std::vector<FamilyRule> families{};  ///< dimensions that "dimensions" of the output is for
    std::optional<OccurrenceRule> occurrences{};  ///< events that sentences tell of the items
    std::optional<ShortNameRule> short_names{};   ///< the shorter names of one item are all its own
    std::optional<IdentifierRule> identifiers{};
    DirectionRule direction{};            ///< checks which of two mentions acts
    std::vector<GroundingRule> nested{};  ///< of lists inside an item, grounded with it
    bool needed = false;      ///< nested: an item is refused when nothing of this list is left
    std::string map_key{};    ///< nested: the list becomes an object of this member's text …
    std::string map_value{};  ///< … to this one's
};

struct PromptMessage {
    std::string role;  ///< "system", "user" or "assistant"
    std::string text;  ///< with {{placeholders}}
};

/// One version of a job type, as its folder says. Plain data.
struct JobType {
    std::string job_type;
    Version version;
    std::string description;
    Unit unit = Unit::chunk;
    std::string handler;  ///< "schema.procedure", or "program:…" for a step without a model
    std::optional<std::string> after;      ///< job type whose completion enqueues this one
    std::optional<std::string> continues;  ///< job type whose conversation this one goes on with
    int priority = 50;                     ///< 0 … 100, greater is sooner
    unsigned max_attempts = 3;
    std::chrono::seconds lease{300};
    std::chrono::seconds slack{3600};  ///< due_at = enqueued_at + slack, at the default priority
    std::size_t output_reserve_tokens = 1000;
    bool on_demand = false;  ///< enqueued only when asked for, unless the configuration enables it
    std::vector<std::string>
        describes;                 ///< payload's ids of entities, whose accounts are the passage
    bool partial_answers = false;  ///< the complete items of an answer that broke off count
    std::vector<std::string> orders{};  ///< words of a text that commands its reader, not tells him
    std::optional<NameRule> names;      ///< the program finds names before it asks
    std::vector<GroundingRule> grounding;
    std::vector<PromptMessage> prompt;  ///< empty for steps without a model
    /// null for steps without a model. Ordered: constrained decoding writes members in its order.
    nlohmann::ordered_json output_schema;
    nlohmann::json input_schema;  ///< of a job's payload, checked when it is enqueued; null: any
    nlohmann::json settings;      ///< job.yaml as JSON, whole
    std::string sha256;           ///< over the folder's files, in name order
    [[nodiscard]] bool asks_model() const { return !prompt.empty(); }
};

class Schema;

/// A kind of document that the program writes, such as a job's input, with its schema.
struct DocumentSchema {
    std::string name;
    Version version;
    std::shared_ptr<const Schema> compiled;
};

/// Every version of every job type under a contracts folder. Immutable; safe for concurrent
/// reading.
class Registry {
  public:
    /// Reads contracts/<job_type>/<version>/{job.yaml, prompt.md, output.schema.json,
    /// input.schema.json}, and folders with a schema.json alone. prompt.md is parted by lines "#
    /// system", "# user", "# assistant"; a type with neither prompt nor output schema is its
    /// procedure's work alone: the payload goes there. Throws UsageError naming folder and cause: a
    /// missing or broken file, an unknown key or placeholder, a schema that does not compile or
    /// uses what the validator does not cover, two folders that claim one version, an `after` or
    /// `continues` that names no job type.
    [[nodiscard]] static Registry load(const std::filesystem::path& contracts);

    /// Of contracts that were read one by one; nothing is checked.
    [[nodiscard]] static Registry of(std::vector<JobType> types);
    /// Throws UsageError when `after` or `continues` leads from a type to none or in a circle.
    void check_chains(const JobType& type) const;

    [[nodiscard]] const std::vector<JobType>& all() const { return types_; }
    /// A document of contracts/<name>/<version>/schema.json; null when there is none.
    [[nodiscard]] const DocumentSchema* document(std::string_view name, Version version) const;
    /// The newest version, or the one asked for. Throws UsageError when there is none.
    [[nodiscard]] const JobType& find(std::string_view job_type,
                                      std::optional<Version> version = std::nullopt) const;

  private:
    std::vector<JobType> types_;  // by job type, then version
    std::vector<DocumentSchema> documents_;
};

}  // namespace almagest::contract
