#include "work/estimate.h"

#include "work/call_plan.h"

namespace almagest::work {
namespace {

/// Pages are planned, not stored.
class PlannedPages final : public PageStore {
  public:
    explicit PlannedPages(CallPlan& plan) : plan_(&plan) {}

    [[nodiscard]] store::Sources::Batch take_in(int /*tenant_id*/,
                                                const std::vector<store::NewPage>& pages) override {
        for (const auto& page : pages) plan_->add(page);
        store::Sources::Batch batch;
        batch.pages.resize(pages.size());
        batch.faults.resize(pages.size());
        return batch;
    }
    void refuse(int /*tenant_id*/, const std::string& /*locator*/,
                const std::string& /*reason*/) override {}
    void note_redirects(int /*tenant_id*/,
                        const std::vector<store::Redirect>& /*redirects*/) override {}
    [[nodiscard]] std::optional<store::LastFetch> last_fetch(
        int /*tenant_id*/, const std::string& /*locator*/) override {
        return std::nullopt;
    }
    int begin_reading(std::int64_t /*source_page_id*/) override { return 0; }

  private:
    CallPlan* plan_;
};

}  // namespace

Estimate estimate_run(const config::Settings& settings, const contract::Registry& registry,
                      const model::ModelOutline& model, const std::vector<std::string>& paths,
                      const IntakeOptions& intake, const EstimateOptions& options,
                      const std::function<void(const IntakeProgress&)>& on_progress) {
    CallPlan plan(settings, registry, model, options);
    PlannedPages pages(plan);
    auto read = take_in(pages, options.tenant_id, paths, settings.ingest, intake, on_progress);
    auto estimate = plan.result();
    estimate.read = std::move(read);
    return estimate;
}

}  // namespace almagest::work
