#include "text/charset.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "error/error.h"
#include "text/code_points.h"
#include "text/page.h"

namespace almagest::text {
namespace {

constexpr std::size_t kSample = 64UL * 1024;
constexpr std::int32_t kSureEnough = 30;  // of 100, by ICU's detector

struct Mark {
    std::string_view bytes;
    const char* charset;
};
// UTF-32 first: its little-endian mark starts with that of UTF-16.
constexpr std::array<Mark, 5> kByteOrderMarks = {{{{"\xFF\xFE\0\0", 4}, "UTF-32LE"},
                                                  {{"\0\0\xFE\xFF", 4}, "UTF-32BE"},
                                                  {{"\xEF\xBB\xBF", 3}, "UTF-8"},
                                                  {{"\xFF\xFE", 2}, "UTF-16LE"},
                                                  {{"\xFE\xFF", 2}, "UTF-16BE"}}};

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return result;
}

const Mark* byte_order_mark(std::string_view bytes) {
    for (const Mark& mark : kByteOrderMarks) {
        if (bytes.starts_with(mark.bytes)) return &mark;
    }
    return nullptr;
}

/// The charset that browsers mean by a name.
std::string meant_by(std::string_view name) {
    static const std::unordered_map<std::string, std::string> meant = {
        {"iso-8859-1", "windows-1252"},
        {"iso8859-1", "windows-1252"},
        {"iso_8859-1", "windows-1252"},
        {"latin1", "windows-1252"},
        {"l1", "windows-1252"},
        {"ascii", "windows-1252"},
        {"us-ascii", "windows-1252"},
        {"cp1252", "windows-1252"},
        {"x-cp1252", "windows-1252"},
        {"iso-8859-9", "windows-1254"},
        {"latin5", "windows-1254"},
        {"iso-8859-11", "windows-874"},
        {"tis-620", "windows-874"},
        {"gb2312", "gb18030"},
        {"gbk", "gb18030"},
        {"gb_2312-80", "gb18030"},
        {"x-gbk", "gb18030"},
        {"shift_jis", "ibm-943_P15A-2003"},
        {"shift-jis", "ibm-943_P15A-2003"},
        {"sjis", "ibm-943_P15A-2003"},
        {"x-sjis", "ibm-943_P15A-2003"},
        {"windows-31j", "ibm-943_P15A-2003"},
        {"euc-kr", "windows-949"},
        {"ks_c_5601-1987", "windows-949"},
        {"big5", "Big5-HKSCS"},
        {"utf8", "UTF-8"},
        {"utf-8", "UTF-8"},
        {"unicode-1-1-utf-8", "UTF-8"}};
    const std::string key = lower(name);
    const auto found = meant.find(key);
    return found != meant.end() ? found->second : key;
}

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

/// A strict converter; null for an unknown charset and for those that hide ASCII text.
Converter converter(const std::string& charset) {
    UErrorCode status = U_ZERO_ERROR;
    Converter opened(ucnv_open(charset.c_str(), &status), &ucnv_close);
    if (U_FAILURE(status)) return {nullptr, &ucnv_close};
    switch (ucnv_getType(opened.get())) {
        case UCNV_UTF7:
        case UCNV_SCSU:
        case UCNV_BOCU1:
        case UCNV_IMAP_MAILBOX:
        case UCNV_CESU8:
            return {nullptr, &ucnv_close};
        default:
            break;
    }
    ucnv_setToUCallBack(opened.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    return U_SUCCESS(status) ? std::move(opened) : Converter{nullptr, &ucnv_close};
}

/// `bytes` as UTF-8, or nullopt when they are not text of that charset.
std::optional<std::string> converted(std::string_view bytes, const std::string& charset) {
    if (charset == "UTF-8") {
        return is_utf8(bytes) ? std::optional<std::string>(bytes) : std::nullopt;
    }
    const Converter from = converter(charset);
    if (!from ||
        bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        return std::nullopt;
    }
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()), from.get(),
                                  status);
    if (U_FAILURE(status)) return std::nullopt;
    std::string utf8;
    text.toUTF8String(utf8);
    // A lone surrogate becomes U+FFFD above, which must not pass for what the page said.
    return is_utf8(utf8) ? std::optional<std::string>(std::move(utf8)) : std::nullopt;
}

/// ASCII text reads the same in it, as it must where the page itself declares the charset.
bool keeps_ascii(const std::string& charset) {
    const std::string_view sample = "<meta charset='x'>";
    const auto same = converted(sample, charset);
    return same && *same == sample;
}

bool is_control(unsigned char byte) {
    return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' &&
            byte != '\v' && byte != 0x1B) ||
           byte == 0x7F;
}

/// UTF-16 without a mark: text of mostly ASCII has NUL in every other byte.
std::optional<std::string> unmarked_utf16(std::string_view bytes) {
    const std::string_view sample = bytes.substr(0, kSample);
    if (bytes.size() < 4 || bytes.size() % 2 != 0) return std::nullopt;
    std::array<std::size_t, 2> zeros{};
    for (std::size_t i = 0; i < sample.size(); ++i) zeros[i % 2] += sample[i] == '\0' ? 1 : 0;
    const std::size_t most = sample.size() / 2;
    if (zeros[0] == 0 && zeros[1] * 10 >= most * 8) return "UTF-16LE";
    if (zeros[1] == 0 && zeros[0] * 10 >= most * 8) return "UTF-16BE";
    return std::nullopt;
}

/// ICU's guesses, likeliest first, of those it is sure enough of.
std::vector<std::string> detected(std::string_view bytes) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&status),
                                                                              &ucsdet_close);
    if (U_FAILURE(status)) return {};
    const std::string_view sample = bytes.substr(0, kSample);
    ucsdet_setText(detector.get(), sample.data(), static_cast<std::int32_t>(sample.size()),
                   &status);
    ucsdet_enableInputFilter(detector.get(), true);  // tags say nothing about the language
    std::int32_t count = 0;
    const UCharsetMatch** matches = ucsdet_detectAll(detector.get(), &count, &status);
    std::vector<std::string> names;
    for (std::int32_t i = 0; U_SUCCESS(status) && i < count; ++i) {
        if (ucsdet_getConfidence(matches[i], &status) < kSureEnough) break;
        const char* name = ucsdet_getName(matches[i], &status);
        if (U_SUCCESS(status) && name != nullptr) names.emplace_back(name);
    }
    return names;
}

void refuse_binary(std::string_view utf8) {
    if (utf8.find('\0') != std::string_view::npos) {
        throw NotAPage("it is binary (it has NUL bytes), not text");
    }
    const auto controls = std::count_if(utf8.begin(), utf8.end(), [](char byte) {
        return is_control(static_cast<unsigned char>(byte));
    });
    if (static_cast<std::size_t>(controls) * 20 > utf8.size()) {
        throw NotAPage("it is binary (it is full of control characters), not text");
    }
}

struct Utf8Census {
    std::size_t sequences = 0;  ///< well-formed ones of more than one byte
    std::size_t ill_formed = 0;
    std::size_t first_ill_formed = 0;  ///< byte offset
};

Utf8Census utf8_census(std::string_view bytes) {
    Utf8Census census;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto length = static_cast<std::int64_t>(bytes.size());
    for (std::int64_t at = 0; at < length;) {
        const std::int64_t start = at;
        UChar32 character = 0;
        U8_NEXT(data, at, length, character);
        if (character >= 0x80) ++census.sequences;
        if (character < 0 && census.ill_formed++ == 0) {
            census.first_ill_formed = static_cast<std::size_t>(start);
        }
    }
    return census;
}

/// Who says UTF-8 means it: any other charset would store nonsense.
[[noreturn]] void refuse_damaged_utf8(std::string_view bytes) {
    refuse_binary(bytes);
    throw PermanentError(
        fmt::format("it says that it is UTF-8, but byte {} is not; mend it or name its charset",
                    utf8_census(bytes).first_ill_formed));
}

}  // namespace

std::optional<std::string_view> known_binary(std::string_view bytes) {
    struct Magic {
        std::string_view start;
        std::string_view name;
    };
    static constexpr std::array<Magic, 30> kKnown = {{
        {"%PDF-", "a PDF"},
        {"\x89PNG\r\n\x1A\n", "a PNG image"},
        {"\xFF\xD8\xFF", "a JPEG image"},
        {"GIF87a", "a GIF image"},
        {"GIF89a", "a GIF image"},
        {{"II*\0", 4}, "a TIFF image"},
        {{"MM\0*", 4}, "a TIFF image"},
        {"RIFF", "a RIFF file (sound, video or image)"},
        {"OggS", "an Ogg file"},
        {"fLaC", "a FLAC file"},
        {"ID3", "an MP3 file"},
        {{"\0\0\1\0", 4}, "an icon"},
        {"\x7F"
         "ELF",
         "an ELF program"},
        {{"MZ\x90\0", 4}, "a Windows program"},
        {"\xCA\xFE\xBA\xBE", "a Java class or a Mach-O program"},
        {"\xCF\xFA\xED\xFE", "a Mach-O program"},
        {{"\0asm", 4}, "a WebAssembly program"},
        {"!<arch>\n", "an archive (ar, .deb)"},
        {"PK\3\4", "a zip archive (as .docx, .odt and .epub are)"},
        {"PK\5\6", "a zip archive"},
        {"\x1F\x8B", "gzip-compressed"},
        {"BZh", "bzip2-compressed"},
        {{"\xFD"
          "7zXZ\0",
          6},
         "xz-compressed"},
        {"\x28\xB5\x2F\xFD", "zstd-compressed"},
        {"7z\xBC\xAF\x27\x1C", "a 7z archive"},
        {"Rar!\x1A\7", "a RAR archive"},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document"},
        {{"SQLite format 3\0", 16}, "an SQLite database"},
        {{"wOFF", 4}, "a font"},
        {{"wOF2", 4}, "a font"},
    }};
    for (const Magic& magic : kKnown) {
        if (!bytes.starts_with(magic.start)) continue;
        // Words that a text can start with need a byte beside them that no text has.
        const bool wordlike = std::all_of(magic.start.begin(), magic.start.end(),
                                          [](char byte) { return byte >= 0x20 && byte < 0x7F; });
        const bool certain = magic.start == "%PDF-" || magic.start.starts_with("GIF8");
        if (wordlike && !certain && looks_like_text(bytes)) continue;
        return magic.name;
    }
    return std::nullopt;
}

bool looks_like_text(std::string_view bytes) {
    if (const Mark* mark = byte_order_mark(bytes); mark != nullptr) return true;
    if (unmarked_utf16(bytes)) return true;
    const std::string_view sample = bytes.substr(0, kSample);
    if (sample.find('\0') != std::string_view::npos) return false;
    const auto controls = std::count_if(sample.begin(), sample.end(), [](char byte) {
        return is_control(static_cast<unsigned char>(byte));
    });
    return static_cast<std::size_t>(controls) * 20 <= sample.size();
}

std::optional<std::string> declared_in_page(std::string_view bytes) {
    const std::string head = lower(bytes.substr(0, 4096));
    const bool xml = head.starts_with("<?xml");
    const std::size_t prologue_end = xml ? head.find("?>") : std::string::npos;
    const auto value_after = [&head](std::size_t at) -> std::optional<std::string> {
        at = head.find_first_not_of(" \t\r\n", at);
        if (at == std::string::npos || head[at] != '=') return std::nullopt;
        at = head.find_first_not_of(" \t\r\n\"'", at + 1);
        if (at == std::string::npos) return std::nullopt;
        const std::size_t end = head.find_first_of(" \t\r\n\"';/>?", at);
        if (end == std::string::npos || end == at || end - at > 40) return std::nullopt;
        return head.substr(at, end - at);
    };
    if (prologue_end != std::string::npos) {
        const std::size_t at = head.find("encoding");
        if (at != std::string::npos && at < prologue_end) return value_after(at + 8);
    }
    for (std::size_t at = head.find("<meta"); at != std::string::npos;
         at = head.find("<meta", at + 1)) {
        const std::size_t end = head.find('>', at);
        const std::size_t charset = head.find("charset", at);
        if (charset < end) {
            if (auto value = value_after(charset + 7)) return value;
        }
    }
    return std::nullopt;
}

std::string decode(std::string_view bytes, std::optional<std::string> declared,
                   std::string* charset) {
    const auto accept = [&](std::string utf8, std::string name) {
        refuse_binary(utf8);
        if (charset != nullptr) *charset = std::move(name);
        return utf8;
    };
    if (const Mark* mark = byte_order_mark(bytes); mark != nullptr) {
        if (auto utf8 = converted(bytes.substr(mark->bytes.size()), mark->charset)) {
            return accept(std::move(*utf8), mark->charset);
        }
        throw PermanentError(fmt::format(
            "its byte order mark says {}, but it is not; save it as UTF-8", mark->charset));
    }
    if (declared) {
        const std::string name = meant_by(*declared);
        if (auto utf8 = converted(bytes, name)) return accept(std::move(*utf8), name);
        if (name == "UTF-8") refuse_damaged_utf8(bytes);
    }
    if (const auto utf16 = unmarked_utf16(bytes)) {
        if (auto utf8 = converted(bytes, *utf16)) return accept(std::move(*utf8), *utf16);
    }
    if (bytes.find('\0') != std::string_view::npos) refuse_binary(bytes);
    if (const auto own = declared_in_page(bytes)) {
        const std::string name = meant_by(*own);
        if (keeps_ascii(name)) {
            if (auto utf8 = converted(bytes, name)) return accept(std::move(*utf8), name);
        }
        if (name == "UTF-8") refuse_damaged_utf8(bytes);
    }
    if (is_utf8(bytes)) return accept(std::string(bytes), "UTF-8");
    refuse_binary(bytes);
    const Utf8Census census = utf8_census(bytes);
    // Sequences of UTF-8 hardly occur by chance, so where most fit, this is UTF-8 with damage, and
    // any other charset would turn all of it into nonsense.
    if (census.sequences >= 5 * census.ill_formed) {
        throw PermanentError(
            fmt::format("it is UTF-8 with damage at byte {}; mend it", census.first_ill_formed));
    }
    for (const std::string& guess : detected(bytes)) {
        const std::string name = meant_by(guess);
        if (auto utf8 = converted(bytes, name)) return accept(std::move(*utf8), name);
    }
    throw PermanentError(
        fmt::format("its charset is not known and it is not UTF-8 (byte {}); save it as UTF-8",
                    census.first_ill_formed));
}

}  // namespace almagest::text
