# cmake -DOUTPUT=web_files.cpp -DFILES=a;b -P EmbedFiles.cmake
# Writes a source that defines almagest::review::embedded_files() (src/review/web_files.h).
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  get_filename_component(name ${file} NAME)
  string(APPEND arrays "constexpr unsigned char file_${number}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", {reinterpret_cast<const char*>(file_${number}), sizeof file_${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include \"review/web_files.h\"

namespace {
${arrays}}  // namespace

const std::map<std::string_view, std::string_view>& almagest::review::embedded_files() {
    static const std::map<std::string_view, std::string_view> files = {
${rows}    };
    return files;
}
")
