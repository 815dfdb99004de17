#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::contract {

/// One object or array read out of a text that is nearly JSON.
struct RepairedValue {
    nlohmann::json value;
    std::size_t end = 0;     ///< byte after the value
    bool truncated = false;  ///< the text ended inside; only complete items are in `value`
};

/// Reads nearly-JSON: quotes of any style or none, commas missing or too many, comments, Python's
/// literals, raw line ends and quotes inside strings, ellipses, brackets that do not match, a text
/// that breaks off. Where the text breaks off, the element of the outermost array that was being
/// written is dropped whole, and so is a string, bare word or number that touches the end.
/// Holds a view of the text, which must be well-formed UTF-8 and outlive it. Not thread-safe.
/// Each byte is read a bounded number of times.
class JsonRepair {
  public:
    explicit JsonRepair(std::string_view text) : text_(text) {}

    /// Reads the value whose bracket stands at byte `begin`. nullopt: beyond repair, see `why()`.
    [[nodiscard]] std::optional<RepairedValue> read(std::size_t begin);

    [[nodiscard]] const std::string& why() const { return why_; }
    /// What was mended so far, each kind once.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  private:
    struct Frame {
        bool is_object = false;
        nlohmann::json value;
        std::string key;  // of the member whose value is open above this frame
    };
    struct InnerQuote {
        std::size_t position = 0;   // of the quote in the text
        std::size_t collected = 0;  // bytes collected before it
    };
    enum class QuoteRole { end, inner, ends_a_key };
    enum class Outcome { complete, cut, failed };

    Outcome read_member();
    Outcome read_element();
    Outcome read_value();
    Outcome read_key(std::string* key);
    Outcome read_bare_key(std::string* key);
    Outcome read_string(bool is_key, std::string* out);
    Outcome end_of_open_string(std::size_t start, bool is_key, std::string* out);
    Outcome read_bare();
    void read_escape(std::string* out);
    void read_unicode_escape(std::string* out);
    bool resume_at_key_before(const InnerQuote& quote, std::string* out);
    bool end_before_bare_key(std::size_t start, std::string* out);

    bool open(bool is_object);
    bool add(nlohmann::json value);
    bool close_top();
    bool close(char bracket);
    void fold_after_cut();
    [[nodiscard]] bool root_goes_on() const;

    [[nodiscard]] QuoteRole role_of_quote(std::size_t after, bool is_key, bool is_empty) const;
    [[nodiscard]] QuoteRole role_before_comma(std::size_t comma) const;
    [[nodiscard]] bool key_ahead(std::size_t position) const;
    [[nodiscard]] bool parent_is_array() const;
    [[nodiscard]] bool tail_closes_everything(std::size_t tail) const;
    [[nodiscard]] std::size_t split_at_key(std::size_t start, std::size_t end,
                                           std::size_t* key) const;

    void skip_blanks();
    [[nodiscard]] bool at_text_end() const;
    bool fail(std::string reason);
    void note(std::string_view what);

    std::string_view text_;
    std::size_t position_ = 0;
    std::vector<Frame> stack_;
    std::size_t open_objects_ = 0;
    std::size_t open_arrays_ = 0;
    bool after_value_ = false;
    bool after_comma_ = false;
    std::optional<nlohmann::json> root_;
    std::size_t rescans_ = 0;
    std::string why_;
    std::vector<std::string> notes_;
};

}  // namespace almagest::contract
