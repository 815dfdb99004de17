#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "contract/job_type.h"
#include "model/open_model.h"
#include "store/calls.h"
#include "store/knowledge.h"
#include "text/budget.h"
#include "text/tokens.h"
#include "work/estimate.h"

namespace almagest::work {

/// What a type's calls usually take, learned from earlier ones or assumed.
class Expectation {
  public:
    Expectation() = default;
    Expectation(const contract::JobType& type, const store::UsualCalls* learned);

    /// Tokens of an answer about a passage of so many tokens.
    [[nodiscard]] double completion_tokens(double content_tokens) const;
    [[nodiscard]] double calls_of_a_job() const { return calls_of_a_job_; }
    /// Of the prompt's tokens; below 0: not learned.
    [[nodiscard]] double cached_share() const { return cached_share_; }
    /// For a token of the answer; below 0: not learned.
    [[nodiscard]] double milliseconds() const { return milliseconds_; }
    [[nodiscard]] std::uint64_t learned_from() const { return learned_from_; }

  private:
    double of_content_ = 1.0;  // an answer's tokens for one of the passage
    double of_call_ = 0;       // those of any answer
    double most_ = 0;
    double calls_of_a_job_ = 1.0;
    double cached_share_ = -1;
    double milliseconds_ = -1;
    std::uint64_t learned_from_ = 0;
};

/// Plans the calls about one page after another and adds up what they take. One thread.
class CallPlan {
  public:
    /// All arguments outlive this.
    CallPlan(const config::Settings& settings, const contract::Registry& registry,
             const model::ModelOutline& model, const EstimateOptions& options);
    ~CallPlan();
    CallPlan(const CallPlan&) = delete;
    CallPlan& operator=(const CallPlan&) = delete;

    void add(const store::NewPage& page);
    /// Sums, time, money and assumptions; `read` is left empty.
    [[nodiscard]] Estimate result() const;

  private:
    struct Piece;
    struct Task;
    class Model;
    [[nodiscard]] std::vector<Piece> pieces_of(const store::NewPage& page) const;
    [[nodiscard]] std::vector<Task> tasks_of(const std::vector<Piece>& pieces) const;
    void leave_out_known(const std::string& locator, const std::vector<Piece>& pieces,
                         std::vector<Task>& tasks) const;
    void count(Task& task, const Piece& piece, const Task* continued);
    [[nodiscard]] bool is_kept(const Task& task, const model::ChatRequest& request,
                               const Task* continued) const;
    [[nodiscard]] std::string context_for(const std::string& title, bool is_first) const;
    [[nodiscard]] double tokens_of(const std::vector<model::Message>& messages,
                                   std::size_t first) const;
    void settle_time(Estimate& estimate) const;
    void say_assumptions(Estimate& estimate) const;

    const config::Settings* settings_;
    const contract::Registry* registry_;
    const model::ModelOutline* outline_;
    const config::ModelProfile* profile_;
    EstimateOptions options_;
    std::vector<const contract::JobType*> types_;  // each after the one that it comes after
    std::map<std::string, Expectation> expected_;
    std::map<std::string, EstimatedCalls> sums_;
    std::uint64_t learned_calls_ = 0;
    double characters_per_token_ = 0;
    bool ratio_is_learned_ = false;
    std::unique_ptr<text::TokenCounter> counter_;  // of prompts
    std::unique_ptr<Model> model_;
    std::optional<text::ChunkBudget> budget_;
    Estimate estimate_;
};

}  // namespace almagest::work
