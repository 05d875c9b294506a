#include "viewer/photo_panel.h"

#include <algorithm>
#include <cmath>

#include <imgui.h>
#include <imgui_stdlib.h>

#include "base/error.h"
#include "viewer/number_text.h"
#include "viewer/photo_facts.h"
#include "viewer/photo_overlays.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

constexpr int kPhotoPixels = 2560;    // decoded along the longer side
constexpr int kSaliencyPixels = 512;  // of the map, the same
constexpr double kHeader = 62;
constexpr const char* kRivals = "its nearest rivals";

Size map_size(Size photo) {
  const double scale = std::min(
      1.0, static_cast<double>(kSaliencyPixels) / std::max({1, photo.width, photo.height}));
  return {std::max(1, static_cast<int>(std::lround(photo.width * scale))),
          std::max(1, static_cast<int>(std::lround(photo.height * scale)))};
}

}  // namespace

PhotoPanel::Shown PhotoPanel::gather(Desk& desk) {
  Shown shown;
  PhotoView& view = desk.state.photo;
  failure_.clear();
  shown.place = view.place();
  if (shown.place == nullptr) return shown;
  const store::PhotoRecord& record = shown.place->photo;
  shown.path = desk.photo_path(record);
  const std::string key = "photo:" + shown.path;
  shown.photo = desk.photos.get(key, "reading " + record.path,
                                [path = shown.path] { return load_photo(path, kPhotoPixels); });
  shown.photo_error = desk.photos.error(key);
  shown.full = shown.photo != nullptr ? shown.photo->full_size : record.size;
  bool waits = shown.photo == nullptr && shown.photo_error.empty();
  const auto& taxa = desk.catalogue->taxa().taxa;
  const auto taxon = static_cast<std::size_t>(record.taxon);
  const std::int32_t own = taxon < taxa.size() ? taxa[taxon].output : -1;
  shown.request.output = view.target.output >= 0 ? view.target.output
                         : own >= 0              ? own
                                                 : record.predicted;
  shown.own = own;
  if (desk.saliency.available() && shown.photo != nullptr) {
    shown.info = desk.saliency.info();
    shown.request.photo = shown.path;
    shown.request.minus_output = view.target.against_rivals ? -1 : view.target.minus;
    shown.request.against_rivals = view.target.against_rivals;
    shown.request.method = view.method;
    if (shown.info)
      for (const MethodInfo& method : shown.info->methods)
        if (method.name == view.method) shown.method = &method;
    // What does not bear on the method is left out, so that its map is not made twice.
    if (shown.method == nullptr || shown.method->needs_layer) shown.request.layers = view.layers;
    if (shown.request.layers.size() > 1 &&
        (shown.method == nullptr || !shown.method->several_layers))
      shown.request.layers = {view.layers.back()};
    if (const auto given = view.options.find(view.method); given != view.options.end())
      shown.request.options = given->second;
    if (shown.method == nullptr || shown.method->rectifies)
      shown.request.rectified = view.rectified;
    shown.request.size = map_size(shown.full);
    if (shown.method != nullptr && !shown.method->needs_model) {
      shown.request.output = 0;  // of any photo, also of one whose taxon is no output
      shown.request.minus_output = -1;
      shown.request.against_rivals = false;
    } else if (view.on_concept) {
      shown.saliency_error = ask_for_concept(desk, shown.request);
    }
    if (!view.overlay) desk.saliency.want_nothing();
    if (!shown.saliency_error.empty()) {
      failure_ = shown.saliency_error;
    } else if (!desk.saliency.has_model() && shown.method == nullptr) {
      // A method that needs the model, or a list that is not there yet: nothing is asked.
      waits = waits || (view.overlay && !shown.info && desk.saliency.info_error().empty());
    } else if (shown.request.output < 0 && !shown.request.of_concept) {
      shown.saliency_error = "The photo's taxon is no output of the model; choose a target.";
    } else if (view.overlay && !shown.info) {
      // First what the model is: a slow map asked for before would keep names and progress away.
      shown.saliency_error = failure_ = desk.saliency.info_error();
      waits = waits || shown.saliency_error.empty();
    } else if (view.overlay) {
      shown.saliency = desk.saliency.saliency(shown.request);
      shown.saliency_error = failure_ = desk.saliency.error(shown.request);
      if (shown.saliency)
        shown.overlay = desk.photos.get(SaliencyDesk::key_of(shown.request), "colouring saliency",
                                        [s = shown.saliency] { return s->picture; });
      waits = waits || (shown.overlay == nullptr && shown.saliency_error.empty());
    }
  }
  complete_ = !waits;
  return shown;
}

std::string PhotoPanel::ask_for_concept(Desk& desk, SaliencyRequest& request) {
  const auto map = desk.catalogue->map_of_taxon(desk.state.taxon);
  if (!map || *map < 0) return "The concept's map is not there.";
  const std::int32_t number = desk.state.photo.concept_number;
  const std::string name = std::to_string(*map) + ":" + std::to_string(number);
  if (name != direction_of_) {
    try {
      direction_ = std::make_shared<const store::ConceptDirection>(
          store::concept_direction(desk.catalogue->reader(), *map, number));
    } catch (const InputError& error) {
      return error.what();
    }
    direction_of_ = name;
  }
  request.of_concept = direction_;
  request.concept_name = name;
  return {};
}

void PhotoPanel::handle_keys(Desk& desk) {
  PhotoView& view = desk.state.photo;
  const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)); };
  if (pressed(ImGuiKey_RightArrow)) view.step(1);
  if (pressed(ImGuiKey_LeftArrow)) view.step(-1);
  if (pressed(ImGuiKey_Home)) view.step(-100000);
  if (pressed(ImGuiKey_End)) view.step(100000);
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeyCtrl && io.KeyShift && ImGui::IsKeyPressed('C', false) && desk.copy_text &&
      view.place())
    desk.copy_text(desk.photo_path(view.place()->photo));
}

void PhotoPanel::draw(Desk& desk, const Box& canvas, const Box& side, bool keys) {
  complete_ = true;
  if (keys) handle_keys(desk);
  const Shown shown = gather(desk);
  if (shown.place == nullptr) {
    desk.state.screen = Screen::kMap;
    return;
  }
  const double header = desk.theme.px(kHeader);
  draw_photo_header(desk, {canvas.x, canvas.y, canvas.width, header});
  draw_canvas(desk, {canvas.x, canvas.y + header, canvas.width, canvas.height - header}, shown,
              keys);
  draw_side(desk, side, shown);
}

void PhotoPanel::draw_canvas(Desk& desk, const Box& place, const Shown& shown, bool keys) {
  const Theme& theme = desk.theme;
  begin_panel(desk, "photo", place, 0, {0, 0});
  ImGuiIO& io = ImGui::GetIO();
  if (!shown.photo_error.empty()) {
    draw_missing_photo(desk, place, shown.place->photo, shown.path, shown.photo_error);
    ImGui::End();
    return;
  }
  camera_.set_viewport(place);
  const Box whole{0, 0, static_cast<double>(std::max(1, shown.full.width)),
                  static_cast<double>(std::max(1, shown.full.height))};
  const bool over = ImGui::IsWindowHovered() && contains(place, io.MousePos);
  Camera fitted = camera_.goal;
  fitted.min_scale = 1e-6;
  fitted.fit(whole, theme.px(20));
  for (Camera* camera : {&camera_.now, &camera_.goal}) {
    camera->min_scale = fitted.scale * 0.5;
    camera->max_scale = std::max(32.0, fitted.scale);
  }
  if (fitted_ != shown.path && shown.full.width > 0) {
    fitted_ = shown.path;
    camera_.goal = fitted;
    camera_.settle();
  }
  if (over && io.MouseWheel != 0)
    camera_.goal.zoom_at({io.MousePos.x, io.MousePos.y},
                         std::pow(io.KeyShift ? 1.05 : 1.25, io.MouseWheel));
  const PointerResult pointer =
      pointer_.update({{io.MousePos.x, io.MousePos.y}, io.MouseDown[0], desk.time, over});
  if (pointer.dragging) {
    camera_.goal.pan(pointer.dx, pointer.dy);
    camera_.now.pan(pointer.dx * camera_.now.scale / camera_.goal.scale,
                    pointer.dy * camera_.now.scale / camera_.goal.scale);
  }
  if (keys && !io.KeyCtrl && ImGui::IsKeyPressed('F', false)) camera_.goal.fit(whole, theme.px(20));
  if (keys && io.KeyCtrl && ImGui::IsKeyPressed('0', false))
    camera_.goal.zoom_at({place.x + place.width / 2, place.y + place.height / 2},
                         1 / camera_.goal.scale);
  camera_.goal.keep_inside(whole);
  if (desk.still) camera_.settle();
  if (camera_.advance(desk.step)) desk.moving = true;

  ImDrawList* list = ImGui::GetWindowDrawList();
  const Box box = camera_.now.to_screen(whole);
  list->PushClipRect(corner(place), far_corner(place), true);
  if (shown.photo == nullptr) {
    list->AddRectFilled(corner(box), far_corner(box), theme.colours.raised);
  } else {
    list->AddImage(reinterpret_cast<ImTextureID>(shown.photo->texture), corner(box),
                   far_corner(box));
    const bool hidden = io.KeyShift && !io.WantTextInput;
    if (shown.overlay != nullptr && desk.state.photo.overlay && !hidden) {
      const auto alpha = static_cast<std::uint32_t>(
          std::lround(255 * std::clamp(desk.state.photo.opacity, 0.0f, 1.0f)));
      list->AddImage(reinterpret_cast<ImTextureID>(shown.overlay->texture), corner(box),
                     far_corner(box), {0, 0}, {1, 1}, rgba(0xFFFFFF, alpha));
      draw_no_evidence(desk, list, box, shown.saliency->visible);
    }
  }
  if (shown.place->box.width > 0)
    draw_photo_box(desk, list, camera_.now.to_screen(shown.place->box));
  list->PopClipRect();
  ImGui::End();
}

void PhotoPanel::draw_side(Desk& desk, const Box& place, const Shown& shown) {
  const Theme& theme = desk.theme;
  begin_panel(desk, "photo side", place, theme.colours.panel, {theme.px(20), theme.px(14)});
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddLine(corner(place),
                {static_cast<float>(place.x), static_cast<float>(place.y + place.height)},
                theme.colours.line);
  ImGui::BeginChild("photo facts");
  ImGui::PushItemWidth(-1);
  text(theme.title, theme.colours.text, "Saliency");
  gap(desk, 2);
  draw_saliency_controls(desk, shown);
  draw_outputs(desk, shown);
  draw_photo_facts(desk, shown.place->photo);
  gap(desk, 10);
  if (quiet_button(desk, "Show on the map")) desk.state.show_photo_on_map(shown.place->photo);
  gap(desk, 8);
  wrapped_text(theme.small, theme.colours.faint,
               "The overlay shows where the model looks, not that it is right.");
  ImGui::PopItemWidth();
  ImGui::EndChild();
  ImGui::End();
}

void PhotoPanel::draw_saliency_controls(Desk& desk, const Shown& shown) {
  const Theme& theme = desk.theme;
  PhotoView& view = desk.state.photo;
  if (!desk.saliency.has_model()) {
    wrapped_text(theme.regular, theme.colours.quiet,
                 "Saliency needs the model this atlas was built with, “" +
                     desk.catalogue->reader().provenance().model_name + "”.");
    draw_model_choice(desk);
    if (!shown.info || shown.info->methods.empty()) return;
    gap(desk, 8);
    text(theme.small, theme.colours.faint, "Controls that need no model");
  }
  if (!desk.saliency.info_error().empty()) {
    wrapped_text(theme.regular, theme.colours.warning, desk.saliency.info_error());
    draw_model_choice(desk);
    return;
  }
  draw_method(desk, shown);
  if (!desk.saliency.has_model() && shown.method == nullptr) return;
  toggle(desk, "Overlay", view.overlay);
  if (shown.method != nullptr && shown.method->rectifies) {
    ImGui::SameLine(0, theme.px(16));
    bool against = !view.rectified;
    if (toggle(desk, "Evidence against", against)) view.rectified = !against;
  }
  gap(desk, 4);
  if (shown.method == nullptr || shown.method->needs_model) draw_targets(desk, shown);
  if (shown.method == nullptr || shown.method->needs_layer) draw_layer(desk, shown);
  draw_options(desk, shown);
  text(theme.small, theme.colours.faint, "Opacity");
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(6), theme.px(3)));
  float percent = view.opacity * 100;
  if (ImGui::SliderFloat("##opacity", &percent, 0, 100, "%.0f %%")) view.opacity = percent / 100;
  ImGui::PopStyleVar();
  if (shown.saliency && view.overlay) draw_saliency_legend(desk, *shown.saliency);
  if (!shown.saliency_error.empty())
    wrapped_text(theme.small, theme.colours.warning, shown.saliency_error);
  else if (view.overlay && !shown.saliency && shown.photo_error.empty())
    draw_progress(desk, shown);
  if (shown.saliency)
    for (const std::string& warning : shown.saliency->warnings)
      wrapped_text(theme.small, theme.colours.warning, warning);
  if (!desk.saliency.has_model()) return;
  if (link(desk, "Choose another model …")) choosing_model_ = !choosing_model_;
  if (choosing_model_) draw_model_choice(desk);
}

void PhotoPanel::draw_method(Desk& desk, const Shown& shown) {
  const Theme& theme = desk.theme;
  PhotoView& view = desk.state.photo;
  const std::string current = shown.method                ? shown.method->title
                              : desk.saliency.has_model() ? view.method
                                                          : "none";
  if (begin_choice(desk, "##method", current)) {
    if (shown.info) {
      for (const MethodInfo& method : shown.info->methods) {
        if (ImGui::Selectable(method.title.c_str(), method.name == view.method))
          view.method = method.name;
        if (ImGui::IsItemHovered()) {
          // Beside the list, whose next names it would else cover.
          ImGui::SetNextWindowPos(
              {ImGui::GetWindowPos().x - theme.px(8), ImGui::GetItemRectMin().y}, ImGuiCond_Always,
              {1, 0});
          ImGui::BeginTooltip();
          ImGui::PushTextWrapPos(theme.px(340));
          text(theme.regular, theme.colours.text, method.help + ".");
          text(theme.small, theme.colours.quiet, method.caveat);
          ImGui::PopTextWrapPos();
          ImGui::EndTooltip();
        }
      }
    }
    ImGui::EndCombo();
  }
  if (shown.method != nullptr) {
    wrapped_text(theme.small, theme.colours.quiet, shown.method->help + ".");
    wrapped_text(theme.small, theme.colours.faint, shown.method->caveat);
  }
  gap(desk, 4);
}

void PhotoPanel::draw_targets(Desk& desk, const Shown& shown) {
  const Theme& theme = desk.theme;
  PhotoView& view = desk.state.photo;
  if (view.concept_number >= 0) {
    int what = view.on_concept ? 1 : 0;
    if (segmented(desk, "what", {"Taxon", "Concept " + std::to_string(view.concept_number)}, what))
      view.on_concept = what == 1;
    gap(desk, 2);
    if (view.on_concept) {
      wrapped_text(theme.small, theme.colours.faint, "Where in this photo the concept is");
      return;
    }
  }
  text(theme.small, theme.colours.faint, "Target");
  draw_target(desk, shown, "target", false);
  text(theme.small, theme.colours.faint, "Against");
  draw_target(desk, shown, "against", true);
}

void PhotoPanel::draw_options(Desk& desk, const Shown& shown) {
  if (shown.method == nullptr || shown.method->options.empty()) return;
  PhotoView& view = desk.state.photo;
  auto& given = view.options[view.method];
  gap(desk, 2);
  std::string label = view.options_shown ? "Hide options" : "Options …";
  if (!view.options_shown && !given.empty())
    label += " (" + std::to_string(given.size()) + " changed)";
  if (link(desk, label)) view.options_shown = !view.options_shown;
  if (view.options_shown) option_rows_.draw(desk, *shown.method, given);
  gap(desk, 4);
}

void PhotoPanel::draw_layer(Desk& desk, const Shown& shown) {
  PhotoView& view = desk.state.photo;
  const bool several = shown.method != nullptr && shown.method->several_layers;
  text(desk.theme.small, desk.theme.colours.faint, several ? "Layers, fused" : "Layer");
  std::string usual = "the usual one";
  if (shown.request.of_concept)
    usual = shown.request.of_concept->layer;
  else if (shown.info)
    usual = shown.info->deep_layer;
  std::vector<std::string> chosen = shown.request.layers;
  if (chosen.empty()) chosen = {usual};
  std::string current = chosen.front();
  for (std::size_t i = 1; i < chosen.size(); ++i) current += ", " + chosen[i];
  const float room = ImGui::CalcItemWidth() - desk.theme.px(34);
  if (!begin_choice(desk, "##layer", elided(desk.theme.regular, current, room))) return;
  std::vector<std::string> next;  // in network order
  bool changed = false;
  if (shown.info) {
    for (const std::string& layer : shown.info->layers) {
      bool on = std::find(chosen.begin(), chosen.end(), layer) != chosen.end();
      if (ImGui::Selectable(layer.c_str(), on,
                            several ? ImGuiSelectableFlags_DontClosePopups : 0)) {
        changed = true;
        on = several ? !on : true;
        if (!several) next.clear();
        if (!several) chosen.clear();
      }
      if (on) next.push_back(layer);
    }
  }
  ImGui::EndCombo();
  if (!changed) return;
  view.layers = next.size() == 1 && next.front() == usual ? std::vector<std::string>() : next;
}

void PhotoPanel::draw_progress(Desk& desk, const Shown& shown) {
  const double share = desk.saliency.progress();
  if (!shown.info || share < 0) {
    waiting(desk, shown.info ? "Computing" : "Loading the model");
    return;
  }
  waiting(desk, "Computing, " + percent_text(share));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = desk.theme.px(4);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(at, {at.x + width, at.y + height}, desk.theme.colours.raised, height / 2);
  list->AddRectFilled(at, {at.x + width * static_cast<float>(std::min(1.0, share)), at.y + height},
                      desk.theme.colours.accent, height / 2);
  ImGui::Dummy({width, height});
}

void PhotoPanel::draw_model_choice(Desk& desk) {
  gap(desk, 4);
  if (ImGui::InputTextWithHint("##model", "Path of model.pt; Enter loads it", &model_path_,
                               ImGuiInputTextFlags_EnterReturnsTrue) &&
      !model_path_.empty()) {
    choosing_model_ = false;
    desk.choose_model(model_path_);
  }
  text(desk.theme.small, desk.theme.colours.faint, "or drop the file onto this window");
}

void PhotoPanel::draw_target(Desk& desk, const Shown& shown, const char* id, bool minus) {
  const Theme& theme = desk.theme;
  PhotoView& view = desk.state.photo;
  std::int32_t& output = minus ? view.target.minus : view.target.output;
  const auto& labels = desk.catalogue->reader().labels();
  const auto name = [&](std::int32_t i) {
    return static_cast<std::size_t>(i) < labels.size()
               ? display_name(labels[static_cast<std::size_t>(i)])
               : "output " + std::to_string(i);
  };
  std::string current = minus ? "nothing" : "the photo's own taxon";
  if (minus && view.target.against_rivals)
    current = kRivals;
  else if (output >= 0)
    current = name(output);
  else if (!minus && shown.request.output >= 0)
    current = name(shown.request.output) + (shown.own >= 0 ? " (own)" : " (the model's answer)");
  ImGui::PushID(id);
  ImGui::SetNextWindowSizeConstraints({0, 0}, {1e4f, theme.px(360)});
  if (begin_choice(desk, "##choose", current)) {
    const bool opened = ImGui::IsWindowAppearing();
    if (opened) target_search_.clear();
    search_field(desk, "##search",
                 "Search " + counted(static_cast<std::int64_t>(labels.size()), "output", "outputs"),
                 target_search_, opened);
    const bool rivals = minus && view.target.against_rivals;
    if (ImGui::Selectable(minus ? "nothing" : "the photo's own taxon", output < 0 && !rivals)) {
      output = -1;
      if (minus) view.target.against_rivals = false;
    }
    if (minus && labels.size() > 1 && ImGui::Selectable(kRivals, rivals))
      view.target.against_rivals = true;
    const std::string wanted = folded(target_search_);
    std::vector<std::int32_t> found;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (wanted.empty() || folded(labels[i]).find(wanted) != std::string::npos)
        found.push_back(static_cast<std::int32_t>(i));
    ImGui::BeginChild("outputs", {0, theme.px(260)});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(found.size()));
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const std::int32_t candidate = found[static_cast<std::size_t>(i)];
        ImGui::PushID(candidate);
        if (ImGui::Selectable(name(candidate).c_str(), candidate == output)) {
          output = candidate;
          if (minus) view.target.against_rivals = false;
          ImGui::CloseCurrentPopup();
        }
        ImGui::PopID();
      }
    ImGui::EndChild();
    ImGui::EndCombo();
  }
  ImGui::PopID();
}

void PhotoPanel::draw_outputs(Desk& desk, const Shown& shown) {
  if (!shown.saliency || shown.saliency->outputs.empty()) return;
  const Theme& theme = desk.theme;
  section(desk, "The model says");
  const std::vector<float>& outputs = shown.saliency->outputs;
  std::vector<std::size_t> order(outputs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::size_t most = std::min<std::size_t>(4, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                    [&](std::size_t a, std::size_t b) { return outputs[a] > outputs[b]; });
  const auto& labels = desk.catalogue->reader().labels();
  for (std::size_t i = 0; i < most; ++i) {
    const std::size_t o = order[i];
    stat_row(desk, o < labels.size() ? display_name(labels[o]) : "output " + std::to_string(o),
             number_text(outputs[o]));
  }
  const bool difference = shown.request.minus_output >= 0 || shown.request.against_rivals;
  const std::string what = shown.request.of_concept ? "Along the concept, mean"
                           : difference             ? "Difference explained"
                                                    : "Logit explained";
  stat_row(desk, what, number_text(shown.saliency->target));
  text(theme.small, theme.colours.faint, "logits, not probabilities");
}

}  // namespace differentia::viewer
