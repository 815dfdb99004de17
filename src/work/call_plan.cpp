#include "work/call_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "error/error.h"
#include "system/sha256.h"
#include "text/code_points.h"
#include "work/cached_model.h"
#include "work/call.h"
#include "work/chunk_step.h"
#include "work/pricing.h"

namespace almagest::work {

using nlohmann::json;

namespace {

constexpr double tokens_around_a_message = 4;  // that chat templates add
constexpr double recorded_characters_per_token = 4;
// What contexts are taken to tell before anybody knows: a page's type, a name with its type.
constexpr std::size_t letters_of_a_page_type = 9;
constexpr std::size_t letters_of_a_name = 14;
constexpr std::size_t letters_of_a_type = 7;
constexpr double page_answer_share = 1.0 / 3;  // of the reserve, where nothing is learned
// The default model on two cores.
constexpr double local_tokens_read_a_second = 70;
constexpr double local_tokens_written_a_second = 20;

double ratio(std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

/// The newest version of each type, each after the type that it comes after; what no reading
/// leads to is left out.
std::vector<const contract::JobType*> types_of_a_reading(const config::Settings& settings,
                                                         const contract::Registry& registry) {
    std::map<std::string, const contract::JobType*> newest;
    for (const auto& type : registry.all()) {
        const auto& current = registry.find(type.job_type);
        if (runs_by_itself(settings, current)) newest[type.job_type] = &current;
    }
    std::vector<const contract::JobType*> ordered;
    for (std::size_t before = newest.size() + 1; before != newest.size();) {
        before = newest.size();
        for (auto at = newest.begin(); at != newest.end();) {
            const auto& after = at->second->after;
            const bool is_next =
                !after || std::any_of(ordered.begin(), ordered.end(),
                                      [&](const auto* type) { return type->job_type == *after; });
            if (is_next) ordered.push_back(at->second);
            at = is_next ? newest.erase(at) : std::next(at);
        }
    }
    return ordered;
}

}  // namespace

Expectation::Expectation(const contract::JobType& type, const store::UsualCalls* learned) {
    most_ = static_cast<double>(type.output_reserve_tokens);
    if (type.unit == contract::Unit::page) {
        of_content_ = 0;
        of_call_ = most_ * page_answer_share;
    }
    if (learned == nullptr || learned->calls == 0) return;
    learned_from_ = static_cast<std::uint64_t>(learned->calls);
    const bool by_content = type.unit == contract::Unit::chunk && learned->content_tokens > 0;
    of_content_ = by_content ? ratio(learned->completion_tokens, learned->content_tokens) : 0;
    of_call_ = by_content ? 0 : ratio(learned->completion_tokens, learned->calls);
    if (learned->jobs > 0) calls_of_a_job_ = ratio(learned->asked_calls, learned->jobs);
    if (learned->prompt_tokens > 0)
        cached_share_ = ratio(learned->cached_tokens, learned->prompt_tokens);
    if (learned->completion_tokens > 0)
        milliseconds_ = ratio(learned->duration_ms, learned->completion_tokens);
}

double Expectation::completion_tokens(double content_tokens) const {
    return std::min(most_, of_call_ + of_content_ * content_tokens);
}

/// The model in use, as far as cutting pages needs it.
class CallPlan::Model final : public model::ChatModel {
  public:
    Model(const model::ModelOutline& outline, double characters_per_token)
        : outline_(&outline), counter_(characters_per_token) {}
    [[nodiscard]] model::ChatAnswer complete(
        const model::ChatRequest& /*request*/, std::stop_token /*stop*/,
        const std::function<void(std::size_t)>& /*on_token*/) override {
        throw PermanentError("a plan asks no model");
    }
    [[nodiscard]] std::string name() const override { return outline_->name; }
    [[nodiscard]] std::size_t context_window() override { return outline_->context_window; }
    [[nodiscard]] std::size_t count_tokens(std::string_view utf8) override {
        return counter_.count(utf8);
    }
    [[nodiscard]] unsigned concurrency() const override { return outline_->concurrency; }

  private:
    const model::ModelOutline* outline_;
    text::EstimatedTokens counter_;
};

/// A page's beginning, or one of its chunks.
struct CallPlan::Piece {
    contract::Passage passage;
    std::string sha256;
    std::size_t occurrence = 0;
    double tokens = 0;
};

struct CallPlan::Task {
    const contract::JobType* type = nullptr;
    std::size_t piece = 0;  ///< 0: the page
    std::optional<std::size_t> after;
    bool is_left = true;
    bool is_kept = false;
};

CallPlan::CallPlan(const config::Settings& settings, const contract::Registry& registry,
                   const model::ModelOutline& model, const EstimateOptions& options)
    : settings_(&settings),
      registry_(&registry),
      outline_(&model),
      profile_(&config::profile_for(settings, model.name)),
      options_(options),
      types_(types_of_a_reading(settings, registry)) {
    std::vector<store::UsualCalls> usual;
    if (options_.calls != nullptr) usual = options_.calls->usual(std::nullopt, model.name);
    std::int64_t characters = 0;
    std::int64_t tokens = 0;
    for (const auto& calls : usual) {
        characters += calls.answered_characters;
        tokens += calls.answered_prompt_tokens;
        learned_calls_ += static_cast<std::uint64_t>(calls.calls);
    }
    ratio_is_learned_ = characters > 0 && tokens > 0;
    characters_per_token_ =
        ratio_is_learned_ ? ratio(characters, tokens) : settings.chunk.characters_per_token;
    for (const auto* type : types_) {
        const auto found = std::find_if(usual.begin(), usual.end(), [&](const auto& calls) {
            return calls.job_type == type->job_type;
        });
        expected_[type->job_type] = Expectation(*type, found == usual.end() ? nullptr : &*found);
    }
    counter_ = std::make_unique<text::EstimatedTokens>(characters_per_token_);
    model_ = std::make_unique<Model>(
        model, model.counts_as_recorded ? recorded_characters_per_token : characters_per_token_);
    budget_ = chunk_budget_for(settings, registry, *model_);
    for (const auto& warning : budget_->warnings) estimate_.assumptions.push_back(warning);
}

CallPlan::~CallPlan() = default;

std::vector<CallPlan::Piece> CallPlan::pieces_of(const store::NewPage& page) const {
    std::vector<Piece> pieces(1);
    pieces[0].passage = beginning_of(page.title, page.text, *settings_, *profile_);
    pieces[0].sha256 = system::sha256_of(page.text);
    pieces[0].tokens = static_cast<double>(model_->count_tokens(pieces[0].passage.text));
    const auto cut = chunk_source_output(page.text, *budget_, *settings_, *model_);
    const text::CodePointIndex index(page.text);
    std::map<std::string, std::size_t> seen;
    for (const auto& chunk : cut.at("chunks")) {
        const text::Range range{chunk.at("char_start"), chunk.at("char_end")};
        Piece piece;
        const std::string content(index.slice(range));
        piece.sha256 = system::sha256_of(content);
        piece.occurrence = seen[piece.sha256]++;
        piece.tokens = chunk.at("token_count");
        piece.passage = passage_of(page.title, content, range.start, settings_->chunk.locale);
        piece.passage.context = context_for(page.title, pieces.size() == 1);
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

/// As long as the context of a chunk will be, more or less.
std::string CallPlan::context_for(const std::string& title, bool is_first) const {
    const store::StoredPage page{title, {}, {}, std::string(letters_of_a_page_type, 'x')};
    const store::ChunkEntity earlier{0, std::string(letters_of_a_name, 'x'),
                                     std::string(letters_of_a_type, 'x')};
    return context_of(*profile_, page,
                      std::vector(is_first ? 0 : profile_->earlier_entities, earlier));
}

std::vector<CallPlan::Task> CallPlan::tasks_of(const std::vector<Piece>& pieces) const {
    std::vector<Task> tasks;
    std::map<std::pair<std::string, std::size_t>, std::size_t> places;
    for (const auto* type : types_) {
        const bool of_page = type->unit == contract::Unit::page;
        if (!of_page && !type->after) continue;  // a page that is new has no chunks yet
        for (std::size_t piece = of_page ? 0 : 1; piece < (of_page ? 1 : pieces.size()); ++piece) {
            Task task{type, piece, std::nullopt};
            if (type->after) {
                const auto same = places.find({*type->after, piece});
                const auto whole = places.find({*type->after, 0});
                if (same == places.end() && whole == places.end()) continue;
                task.after = same != places.end() ? same->second : whole->second;
            }
            places[{type->job_type, piece}] = tasks.size();
            tasks.push_back(task);
        }
    }
    return tasks;
}

/// What the queue knows: over is over, and what comes after it was enqueued then or never will be.
void CallPlan::leave_out_known(const std::string& locator, const std::vector<Piece>& pieces,
                               std::vector<Task>& tasks) const {
    std::vector<bool> known(tasks.size());
    std::vector<bool> live(tasks.size());
    if (options_.calls != nullptr && options_.tenant_id != 0) {
        auto asked = json::array();
        for (const auto& task : tasks)
            asked.push_back({{"job_type", task.type->job_type},
                             {"contract_version", task.type->version.text()},
                             {"locator", locator},
                             {"content_sha256", pieces[task.piece].sha256},
                             {"occurrence", pieces[task.piece].occurrence}});
        for (const auto& found : options_.calls->known_work(options_.tenant_id, asked)) {
            known[found.place] = true;
            live[found.place] = found.is_live;
        }
    }
    for (std::size_t i = 0; i < tasks.size(); ++i)
        tasks[i].is_left = known[i] ? live[i] : !tasks[i].after || tasks[*tasks[i].after].is_left;
}

double CallPlan::tokens_of(const std::vector<model::Message>& messages, std::size_t first) const {
    double tokens = 0;
    for (std::size_t i = 0; i < std::min(first, messages.size()); ++i)
        tokens +=
            static_cast<double>(counter_->count(messages[i].content)) + tokens_around_a_message;
    return tokens;
}

/// Is the answer in the answer cache? What goes on from a kept answer is asked with names that
/// only the database will know; it was asked when the answer before it was.
bool CallPlan::is_kept(const Task& task, const model::ChatRequest& request,
                       const Task* continued) const {
    if (!settings_->llm.cache || options_.kept_answers == nullptr) return false;
    if (task.type->continues) return continued != nullptr && continued->is_kept;
    const auto key = CachedModel::key_of(outline_->name, settings_->llm.endpoint, request);
    return options_.kept_answers->find(key, settings_->llm.cache_days).has_value();
}

void CallPlan::count(Task& task, const Piece& piece, const Task* continued) {
    const auto& type = *task.type;
    const auto& expected = expected_.at(type.job_type);
    const auto call = compose(*registry_, type, piece.passage, settings_->llm.temperature, 1);
    task.is_kept = is_kept(task, call.request, continued);
    if (task.is_kept) {
        ++sums_[type.job_type].kept_answers;
        return;
    }
    const auto& messages = call.request.messages;
    double prompt = tokens_of(messages, messages.size());
    double cached = 0;
    auto& sum = sums_[type.job_type];
    if (type.continues) {
        const auto& earlier = registry_->find(*type.continues);
        // Its answer, checked, is a part of this prompt.
        prompt += expected_.at(earlier.job_type).completion_tokens(piece.tokens);
        cached = tokens_of(messages, conversation(*registry_, earlier).size());
    } else if (sum.jobs > 0) {
        cached = tokens_of(messages, messages.size() > 1 ? 1 : 0);
    }
    if (expected.cached_share() >= 0) cached = prompt * expected.cached_share();
    const double calls = expected.calls_of_a_job();
    const double completion = expected.completion_tokens(piece.tokens);
    ++sum.jobs;
    sum.calls += calls;
    sum.prompt_tokens += calls * prompt;
    sum.cached_tokens += calls * cached;
    sum.completion_tokens += calls * completion;
    sum.milliseconds += calls * completion * std::max(0.0, expected.milliseconds());
}

void CallPlan::add(const store::NewPage& page) {
    const auto pieces = pieces_of(page);
    auto tasks = tasks_of(pieces);
    leave_out_known(page.locator, pieces, tasks);
    bool anything = false;
    for (auto& task : tasks) {
        if (!task.is_left) continue;
        anything = true;
        const auto& piece = pieces[task.piece];
        const bool of_chunk = task.type->unit == contract::Unit::chunk;
        // Which names a conversation goes on about is not known yet.
        const bool asks =
            !of_chunk || (task.type->continues ? !piece.passage.sentences.empty()
                                               : can_be_asked(*task.type, piece.passage));
        const auto* before = task.after ? &tasks[*task.after] : nullptr;
        const bool continues = before != nullptr && before->piece == task.piece &&
                               before->type->job_type == task.type->continues;
        if (task.type->asks_model() && asks) count(task, piece, continues ? before : nullptr);
    }
    ++estimate_.pages;
    if (!anything) ++estimate_.pages_done;
    estimate_.chunks += pieces.size() - 1;
    estimate_.characters += text::code_point_count(page.text);
    for (std::size_t i = 1; i < pieces.size(); ++i)
        estimate_.content_tokens += static_cast<std::uint64_t>(pieces[i].tokens);
}

void CallPlan::settle_time(Estimate& estimate) const {
    const auto slots = options_.slots.value_or(outline_->concurrency);
    const bool all_learned =
        std::all_of(estimate.by_type.begin(), estimate.by_type.end(), [&](const auto& calls) {
            return calls.calls == 0 || expected_.at(calls.job_type).milliseconds() >= 0;
        });
    if (all_learned) {
        estimate.seconds = estimate.all.milliseconds / 1000.0 / std::max(1U, slots);
    } else if (outline_->is_local) {
        const auto& all = estimate.all;
        estimate.seconds = (all.prompt_tokens - all.cached_tokens) / local_tokens_read_a_second +
                           all.completion_tokens / local_tokens_written_a_second;
        estimate.assumptions.push_back(
            fmt::format("{} tokens are read and {} written a second, as the default model does on "
                        "two cores",
                        local_tokens_read_a_second, local_tokens_written_a_second));
    } else {
        estimate.assumptions.push_back(
            "how long it takes is not known: this model has answered no calls yet");
    }
}

void CallPlan::say_assumptions(Estimate& estimate) const {
    auto& said = estimate.assumptions;
    if (!outline_->assumption.empty()) said.push_back(outline_->assumption);
    said.push_back(
        ratio_is_learned_
            ? fmt::format("a token of a prompt has {:.2f} characters, as in earlier calls",
                          characters_per_token_)
            : fmt::format("a token of a prompt has {:.2f} characters (chunk.characters_per_token)",
                          characters_per_token_));
    if (learned_calls_ > 0)
        said.push_back(
            fmt::format("answers are as long, and questions as often needed or "
                        "repeated, as in the last {} calls of {}",
                        learned_calls_, outline_->name));
    else
        said.push_back(
            "nothing is known of this model: an answer about a passage is as long as the passage, "
            "every passage names things that may be related, and no question is repeated");
    if (options_.calls == nullptr)
        said.push_back("no database was asked: nothing counts as read before");
    const auto prices = prices_of(settings_->llm, outline_->name);
    if (prices.per_million_prompt_tokens == 0 && prices.per_million_completion_tokens == 0)
        said.push_back("calls are free: no prices are set (llm.price_per_million_…, llm.prices)");
    if (settings_->llm.cache && options_.kept_answers != nullptr)
        said.push_back(
            "answers that the answer cache has are free; where it has one, it has those that go on "
            "from it");
    if (profile_->earlier_entities > 0 && !ratio_is_learned_)
        said.push_back(fmt::format("the {} names told before a chunk have {} letters each",
                                   profile_->earlier_entities, letters_of_a_name));
}

Estimate CallPlan::result() const {
    auto estimate = estimate_;
    for (const auto* type : types_) {
        const auto found = sums_.find(type->job_type);
        if (found == sums_.end()) continue;
        auto calls = found->second;
        calls.job_type = type->job_type;
        calls.learned_from = expected_.at(type->job_type).learned_from();
        auto& all = estimate.all;
        all.jobs += calls.jobs;
        all.calls += calls.calls;
        all.kept_answers += calls.kept_answers;
        all.prompt_tokens += calls.prompt_tokens;
        all.cached_tokens += calls.cached_tokens;
        all.completion_tokens += calls.completion_tokens;
        all.milliseconds += calls.milliseconds;
        estimate.by_type.push_back(std::move(calls));
    }
    estimate.all.learned_from = learned_calls_;
    const auto whole = [](double tokens) { return static_cast<std::size_t>(std::llround(tokens)); };
    estimate.cost = cost_of({whole(estimate.all.prompt_tokens), whole(estimate.all.cached_tokens),
                             whole(estimate.all.completion_tokens)},
                            prices_of(settings_->llm, outline_->name));
    settle_time(estimate);
    say_assumptions(estimate);
    return estimate;
}

}  // namespace almagest::work
