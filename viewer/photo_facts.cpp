#include "viewer/photo_facts.h"

#include <cmath>

#include <imgui.h>

#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

void draw_photo_facts(const Desk& desk, const store::PhotoRecord& photo) {
  const Theme& theme = desk.theme;
  section(desk, "Photo");
  const float width = ImGui::GetContentRegionAvail().x;
  const auto row = [&](const std::string& label, const std::string& value) {
    if (value.empty()) return;
    const float room = width - text_size(theme.regular, label).x - theme.px(14);
    stat_row(desk, label, elided(theme.regular, value, room));
    if (ImGui::IsItemHovered() && text_size(theme.regular, value).x > room)
      ImGui::SetTooltip("%s", value.c_str());
  };
  const Place* place = desk.state.photo.place();
  if (place != nullptr && std::isfinite(place->attribution) && desk.state.photo.origin != "Photo")
    row(desk.state.photo.origin + " adds", logits_text(place->attribution) + " logits");
  const auto& taxa = desk.catalogue->taxa().taxa;
  if (static_cast<std::size_t>(photo.taxon) < taxa.size())
    row("Taxon", display_name(taxa[static_cast<std::size_t>(photo.taxon)].name));
  const auto& labels = desk.catalogue->reader().labels();
  if (photo.predicted >= 0 && static_cast<std::size_t>(photo.predicted) < labels.size())
    row("Model's first answer", display_name(labels[static_cast<std::size_t>(photo.predicted)]));
  row("File", photo.path);
  if (photo.size.width > 0)
    row("Size", count_text(photo.size.width) + " × " + count_text(photo.size.height));
  row("Split", photo.split);
  row("Form", photo.form);
  row("Observation", photo.observation);
  row("Observer", photo.observer);
  row("Date", photo.date);
  if (!photo.latitude.empty() && !photo.longitude.empty())
    row("Place", photo.latitude + ", " + photo.longitude);
  for (const auto& [name, value] : photo.extra) row(name, value);
  row("Credit", photo.credit);
  row("Licence", photo.licence);
  row("Source", photo.url);
  if (photo.status == store::PhotoStatus::kRepaired)
    wrapped_text(theme.small, theme.colours.warning, "Repaired: " + photo.reason);
}

}  // namespace differentia::viewer
