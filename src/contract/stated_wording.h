#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/direction.h"
#include "contract/job_type.h"
#include "contract/mention.h"
#include "contract/short_names.h"
#include "contract/support.h"

namespace almagest::contract {

/// The ranges of a mention that lie in a place, from the place's beginning.
[[nodiscard]] std::vector<text::Range> within(const text::Range& place, const Mention& mention);

/// How the wording of an item that relates two names stands to the sentence that it rests on. Holds
/// references; const members are thread-safe.
class StatedWording {
  public:
    /// `prompt`: the contract's own words.
    StatedWording(const GroundingRule& rule, const IndexedPassage& in, const std::string& prompt,
                  const ShortNames& short_names);

    /// The names of the answer, by their keys.
    void know(std::map<std::string, std::string> names);

    /// Which of two mentions acts, as the sentence says; of "was" or "is" alone the one that comes
    /// first.
    [[nodiscard]] Direction direction(const std::vector<Mention>& mentions, const Support& support,
                                      const std::string& wording) const;

    /// "Quill led the Survey" says nothing of who else is named before it.
    [[nodiscard]] bool is_said_of_another(const std::vector<Mention>& mentions,
                                          const Support& support, const std::string& wording) const;

    /// The sentence's own verb, where the wording is none of the text's but one of the prompt's, or
    /// a name; nullopt: the wording may stay. Throws NotBelieved where there is no verb.
    [[nodiscard]] std::optional<std::string> mended(const std::string& wording,
                                                    const std::vector<Mention>& mentions,
                                                    const Support& support) const;

    /// Does one of the places carry it?
    [[nodiscard]] bool is_carried(const Support& support, const std::string& wording) const;

  private:
    [[nodiscard]] bool is_copied(const Support& support, const std::string& wording) const;
    [[nodiscard]] bool is_a_name(const std::string& wording,
                                 const std::vector<Mention>& mentions) const;

    const GroundingRule& rule_;
    const text::CodePointIndex& index_;
    const std::string& prompt_;
    const ShortNames& short_names_;
    std::map<std::string, std::string> names_;
};

}  // namespace almagest::contract
