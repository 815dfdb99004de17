#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace almagest::text {

/// Text on one line of flow: white space of every kind collapsed to single spaces, invisible and
/// control characters dropped. Takes well-formed UTF-8.
class Flow {
  public:
    void append(std::string_view utf8);
    void space();       ///< a word boundary
    void line_break();  ///< a line of its own follows; two in a row part paragraphs
    [[nodiscard]] bool empty() const { return text_.empty(); }
    /// What was appended, trimmed; the flow is empty afterwards.
    [[nodiscard]] std::string take();

  private:
    std::string text_;
};

/// `utf8` as one line of flow.
[[nodiscard]] std::string collapsed(std::string_view utf8);

/// Lays a page out in the form that Page::text documents. Blocks without text leave no trace.
/// Takes well-formed UTF-8; what it gives is well-formed, without NUL and carriage returns.
class PageWriter {
  public:
    /// `flow` may hold line breaks, as Flow::take gives them.
    void paragraph(std::string_view flow);
    void heading(int level, std::string_view flow);
    void list_item(std::string_view flow);
    /// Rows of one `table` stand on consecutive lines.
    void table_row(std::size_t table, const std::vector<std::string>& cells);
    void preformatted(std::string_view utf8);
    [[nodiscard]] std::string take();

  private:
    enum class Kind { none, other, list_item, table_row };
    void block(Kind kind, std::size_t table, std::string_view text);

    std::string text_;
    Kind last_ = Kind::none;
    std::size_t last_table_ = 0;
};

}  // namespace almagest::text
