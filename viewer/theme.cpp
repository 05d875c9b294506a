#include "viewer/theme.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <imgui.h>
#include <imgui_freetype.h>
#include <stb/stb_truetype.h>

namespace differentia::viewer {

namespace {

// Latin with its marks, Greek, Cyrillic, punctuation, arrows and the few signs that the screens
// use.
constexpr std::array<ImWchar, 17> kRanges{0x0020, 0x024F, 0x0370, 0x03FF, 0x0400, 0x045F,
                                          0x2010, 0x2044, 0x2070, 0x2094, 0x2190, 0x2199,
                                          0x2200, 0x2265, 0x25B2, 0x25CF, 0};

enum class Face { kRegular, kBold, kItalic };

std::string font_file(Face face) {
  constexpr std::array<std::array<const char*, 4>, 3> kFiles{{
      {"/usr/share/fonts/opentype/inter/Inter-Regular.otf",
       "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
       "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", ""},
      {"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
       "/usr/share/fonts/truetype/noto/NotoSans-SemiBold.ttf",
       "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", ""},
      {"/usr/share/fonts/opentype/inter/Inter-Italic.otf",
       "/usr/share/fonts/truetype/noto/NotoSans-Italic.ttf",
       "/usr/share/fonts/truetype/dejavu/DejaVuSans-Oblique.ttf",
       "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"},
  }};
  for (const char* file : kFiles[static_cast<std::size_t>(face)])
    if (*file != '\0' && std::filesystem::exists(file)) return file;
  return {};
}

ImFont* add_font(Face face, float size) {
  ImFontAtlas* fonts = ImGui::GetIO().Fonts;
  const std::string file = font_file(face);
  ImFontConfig config;
  config.OversampleH = config.OversampleV = 1;
  config.PixelSnapH = true;
  config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  if (!file.empty())
    if (ImFont* font =
            fonts->AddFontFromFileTTF(file.c_str(), std::round(size), &config, kRanges.data()))
      return font;
  return fonts->AddFontDefault();
}

// ImGui's FreeType rasteriser rounds every advance up, which sets small type too wide: the font's
// own are put back, rounded to whole pixels.
void set_true_advances(ImFont* font, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)),
                                std::istreambuf_iterator<char>());
  stbtt_fontinfo info;
  if (bytes.empty() ||
      stbtt_InitFont(&info, reinterpret_cast<const unsigned char*>(bytes.data()), 0) == 0)
    return;
  const float scale = stbtt_ScaleForPixelHeight(&info, font->FontSize);
  for (ImFontGlyph& glyph : font->Glyphs) {
    int advance = 0, bearing = 0;
    stbtt_GetCodepointHMetrics(&info, static_cast<int>(glyph.Codepoint), &advance, &bearing);
    if (advance > 0) glyph.AdvanceX = std::round(static_cast<float>(advance) * scale);
  }
  font->BuildLookupTable();
}

// Digits of one width, so that numbers stand in columns.
void make_digits_even(ImFont* font) {
  float widest = 0;
  for (ImWchar c = '0'; c <= '9'; ++c)
    if (const ImFontGlyph* glyph = font->FindGlyphNoFallback(c))
      widest = std::max(widest, glyph->AdvanceX);
  if (widest <= 0) return;
  for (ImFontGlyph& glyph : font->Glyphs) {
    if (glyph.Codepoint < '0' || glyph.Codepoint > '9') continue;
    const float shift = std::floor((widest - glyph.AdvanceX) / 2);
    glyph.X0 += shift;
    glyph.X1 += shift;
    glyph.AdvanceX = widest;
  }
  font->BuildLookupTable();
}

ImVec4 colour(std::uint32_t value) {
  return ImGui::ColorConvertU32ToFloat4(value);
}

void set_style(const Theme& theme) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle();
  style.WindowPadding = {16, 14};
  style.FramePadding = {10, 6};
  style.ItemSpacing = {8, 6};
  style.ItemInnerSpacing = {6, 4};
  style.ScrollbarSize = 10;
  style.GrabMinSize = 12;
  style.WindowRounding = 0;
  style.ChildRounding = 6;
  style.FrameRounding = 6;
  style.PopupRounding = 8;
  style.GrabRounding = 6;
  style.ScrollbarRounding = 5;
  style.WindowBorderSize = 0;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.ScaleAllSizes(theme.scale);
  const Colours& c = theme.colours;
  ImVec4* of = style.Colors;
  of[ImGuiCol_Text] = colour(c.text);
  of[ImGuiCol_TextDisabled] = colour(c.faint);
  of[ImGuiCol_WindowBg] = colour(c.panel);
  of[ImGuiCol_ChildBg] = {0, 0, 0, 0};
  of[ImGuiCol_PopupBg] = colour(c.raised);
  of[ImGuiCol_Border] = colour(c.line);
  of[ImGuiCol_FrameBg] = colour(c.raised);
  of[ImGuiCol_FrameBgHovered] = colour(c.hovered);
  of[ImGuiCol_FrameBgActive] = colour(c.hovered);
  of[ImGuiCol_Button] = colour(c.raised);
  of[ImGuiCol_ButtonHovered] = colour(c.hovered);
  of[ImGuiCol_ButtonActive] = colour(c.line);
  of[ImGuiCol_Header] = colour(c.accent_fill);
  of[ImGuiCol_HeaderHovered] = colour(c.hovered);
  of[ImGuiCol_HeaderActive] = colour(c.hovered);
  of[ImGuiCol_Separator] = colour(c.line);
  of[ImGuiCol_ScrollbarBg] = {0, 0, 0, 0};
  of[ImGuiCol_ScrollbarGrab] = colour(c.line);
  of[ImGuiCol_ScrollbarGrabHovered] = colour(rgba(0x3A3F48));
  of[ImGuiCol_ScrollbarGrabActive] = colour(rgba(0x4A505A));
  of[ImGuiCol_SliderGrab] = colour(c.accent);
  of[ImGuiCol_SliderGrabActive] = colour(c.accent);
  of[ImGuiCol_CheckMark] = colour(c.accent);
  of[ImGuiCol_TextSelectedBg] = colour(rgba(0x7FD1BE, 70));
  of[ImGuiCol_NavHighlight] = {0, 0, 0, 0};
  of[ImGuiCol_ModalWindowDimBg] = colour(rgba(0x000000, 150));
}

}  // namespace

Theme make_theme(float scale) {
  Theme theme;
  theme.scale = scale;
  ImFontAtlas* fonts = ImGui::GetIO().Fonts;
  fonts->FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  fonts->Flags |= ImFontAtlasFlags_NoBakedLines;
  theme.regular = add_font(Face::kRegular, 15 * scale);
  theme.small = add_font(Face::kRegular, 13 * scale);
  theme.bold = add_font(Face::kBold, 15 * scale);
  theme.italic = add_font(Face::kItalic, 15 * scale);
  theme.title = add_font(Face::kBold, 21 * scale);
  theme.title_italic = add_font(Face::kItalic, 21 * scale);
  theme.huge = add_font(Face::kBold, 34 * scale);
  fonts->Build();
  for (ImFont* font : {theme.regular, theme.small})
    set_true_advances(font, font_file(Face::kRegular));
  for (ImFont* font : {theme.bold, theme.title, theme.huge})
    set_true_advances(font, font_file(Face::kBold));
  for (ImFont* font : {theme.italic, theme.title_italic})
    set_true_advances(font, font_file(Face::kItalic));
  for (ImFont* font : {theme.regular, theme.small, theme.bold, theme.title}) make_digits_even(font);
  set_style(theme);
  return theme;
}

std::uint32_t concept_colour(std::int32_t number) {
  constexpr std::array<std::uint32_t, 8> kOkabeIto{0xE69F00, 0x56B4E9, 0x1FBF92, 0xF0E442,
                                                   0x4C9BE8, 0xE8743B, 0xDD8FBE, 0xB8BEC8};
  if (number < 0) return rgba(0x6B727D);
  const std::uint32_t base = kOkabeIto[static_cast<std::size_t>(number) % kOkabeIto.size()];
  const std::size_t round = static_cast<std::size_t>(number) / kOkabeIto.size() % 3;
  const auto mixed = [&](int shift) -> std::uint32_t {
    const std::uint32_t channel = base >> shift & 255;
    if (round == 1) return channel * 62 / 100;
    if (round == 2) return channel + (255 - channel) * 50 / 100;
    return channel;
  };
  return rgba(mixed(16) << 16 | mixed(8) << 8 | mixed(0));
}

}  // namespace differentia::viewer
