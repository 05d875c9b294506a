#include "atlas/plate/plate_record.h"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "atlas/plate/photo_shelf.h"

namespace differentia {
namespace {

using Json = nlohmann::ordered_json;

Json of(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Json of(const Count& count) {
  return {count.with, count.of};
}
Count count(const Json& json) {
  return {json.at(0).get<int>(), json.at(1).get<int>()};
}

Json of(const Box& box) {
  return {box.x, box.y, box.width, box.height};
}
Box box(const Json& json) {
  return {json.at(0).get<double>(), json.at(1).get<double>(), json.at(2).get<double>(),
          json.at(3).get<double>()};
}

Json of(const PairTaxon& taxon) {
  return {{"name", taxon.record.name},
          {"common_name", taxon.record.common_name},
          {"photos_of_atlas", taxon.record.photos},
          {"tested", taxon.record.tested},
          {"correct", taxon.record.correct},
          {"photos", taxon.photos},
          {"testing", taxon.testing},
          {"told_apart", of(taxon.told)},
          {"named_as_the_other", of(taxon.confused)},
          {"margin", of(taxon.margin)}};
}
PairTaxon taxon(const Json& json) {
  PairTaxon out;
  json.at("name").get_to(out.record.name);
  json.at("common_name").get_to(out.record.common_name);
  json.at("photos_of_atlas").get_to(out.record.photos);
  json.at("tested").get_to(out.record.tested);
  json.at("correct").get_to(out.record.correct);
  json.at("photos").get_to(out.photos);
  json.at("testing").get_to(out.testing);
  out.told = count(json.at("told_apart"));
  out.confused = count(json.at("named_as_the_other"));
  out.margin = number(json.at("margin"));
  return out;
}

Json of(const Mark& mark) {
  return {{"number", mark.number},
          {"carrier", index(mark.carrier)},
          {"kind", static_cast<int>(mark.kind)},
          {"on_subject", mark.on_subject},
          {"status", static_cast<int>(mark.status)},
          {"why", mark.why},
          {"words", mark.words.text},
          {"part", mark.words.part},
          {"where", mark.words.where},
          {"seen", of(mark.seen)},
          {"seen_other", of(mark.seen_other)},
          {"changed_mind", of(mark.changed_mind)},
          {"place", {of(mark.place_x), of(mark.place_y)}},
          {"forms", mark.forms},
          {"flags", mark.flags}};
}
Mark mark(const Json& json) {
  Mark out;
  json.at("number").get_to(out.number);
  out.carrier = json.at("carrier").get<int>() == 0 ? Side::kA : Side::kB;
  out.kind = static_cast<MarkKind>(json.at("kind").get<int>());
  json.at("on_subject").get_to(out.on_subject);
  out.status = static_cast<MarkStatus>(json.at("status").get<int>());
  json.at("why").get_to(out.why);
  json.at("words").get_to(out.words.text);
  json.at("part").get_to(out.words.part);
  json.at("where").get_to(out.words.where);
  out.seen = count(json.at("seen"));
  out.seen_other = count(json.at("seen_other"));
  out.changed_mind = count(json.at("changed_mind"));
  out.place_x = number(json.at("place").at(0));
  out.place_y = number(json.at("place").at(1));
  json.at("forms").get_to(out.forms);
  json.at("flags").get_to(out.flags);
  return out;
}

Json of(const std::optional<PlatePicture>& picture) {
  if (!picture) return nullptr;
  return {{"photo", picture->photo}, {"box", of(picture->box)}, {"mirrored", picture->mirrored}};
}
std::optional<PlatePicture> picture(const Json& json) {
  if (json.is_null()) return std::nullopt;
  PlatePicture out;
  json.at("photo").get_to(out.photo);
  out.box = box(json.at("box"));
  json.at("mirrored").get_to(out.mirrored);
  return out;
}

// A mark is referred to by where it stands in its list.
Json of(const MarkPictures& pictures, const std::vector<Mark>& marks) {
  return {{"mark", pictures.mark - marks.data()},
          {"own", of(pictures.own)},
          {"other", of(pictures.other)},
          {"exception", of(pictures.exception)},
          {"exception_of_carrier", pictures.exception_of_carrier}};
}
MarkPictures mark_pictures(const Json& json, const std::vector<Mark>& marks) {
  MarkPictures out;
  out.mark = &marks.at(json.at("mark").get<std::size_t>());
  out.own = picture(json.at("own"));
  out.other = picture(json.at("other"));
  out.exception = picture(json.at("exception"));
  json.at("exception_of_carrier").get_to(out.exception_of_carrier);
  return out;
}

// Calls work(picture) for every picture that is there.
template <typename Pictures, typename Work>
void for_each_picture(Pictures& pictures, const Work& work) {
  for (auto* list : {&pictures.marks, &pictures.context})
    for (auto& mark : *list)
      for (auto* one : {&mark.own, &mark.other, &mark.exception})
        if (*one) work(*one);
}

}  // namespace

PlateRecord plate_record(const PairMarks& pair, const PlatePhotos& photos,
                         std::map<int, std::string> words, std::string model) {
  PlatePictures chosen = plate_pictures(pair, photos);
  const auto place_in = [](const std::vector<Mark>& from, const Mark* mark,
                           const std::vector<Mark>& to) {
    return to.data() + (mark - from.data());
  };
  PlateRecord record;
  record.pair = pair;
  for (auto* list : {&record.pair.marks, &record.pair.context}) {
    for (Mark& mark : *list) {
      mark.sightings.clear();
      mark.counterparts.clear();
    }
  }
  for (MarkPictures& one : chosen.marks)
    one.mark = place_in(pair.marks, one.mark, record.pair.marks);
  for (MarkPictures& one : chosen.context)
    one.mark = place_in(pair.context, one.mark, record.pair.context);
  const auto keep_photo = [&](const PlatePicture& picture) {
    record.photos[picture.photo] = photos.records.at(picture.photo);
  };
  for (auto& exemplar : chosen.exemplars) {
    if (!exemplar) continue;
    for (ExemplarMark& one : exemplar->marks)
      one.mark = place_in(pair.marks, one.mark, record.pair.marks);
    exemplar->picture.bgr.release();
    keep_photo(exemplar->picture);
  }
  for_each_picture(chosen, [&](std::optional<PlatePicture>& picture) {
    picture->bgr.release();
    keep_photo(*picture);
  });
  record.pictures = std::move(chosen);
  record.words = std::move(words);
  record.model = std::move(model);
  return record;
}

Json record_json(const PlateRecord& record) {
  const PairMarks& pair = record.pair;
  Json marks = Json::array(), context = Json::array(), exemplars = Json::array();
  Json mark_pictures = Json::array(), cue_pictures = Json::array(), photos = Json::array(),
       words = Json::object();
  for (const Mark& one : pair.marks) marks.push_back(of(one));
  for (const Mark& one : pair.context) context.push_back(of(one));
  for (const auto& exemplar : record.pictures.exemplars) {
    if (!exemplar) {
      exemplars.push_back(nullptr);
      continue;
    }
    Json places = Json::array();
    for (const ExemplarMark& one : exemplar->marks)
      places.push_back({{"mark", one.mark - pair.marks.data()}, {"place", of(one.place)}});
    exemplars.push_back(
        {{"picture", of(std::optional<PlatePicture>(exemplar->picture))}, {"marks", places}});
  }
  for (const MarkPictures& one : record.pictures.marks)
    mark_pictures.push_back(of(one, pair.marks));
  for (const MarkPictures& one : record.pictures.context)
    cue_pictures.push_back(of(one, pair.context));
  for (const auto& [id, photo] : record.photos)
    photos.push_back({{"id", id},
                      {"path", photo.path},
                      {"width", photo.size.width},
                      {"height", photo.size.height},
                      {"form", photo.form},
                      {"credit", photo.credit},
                      {"licence", photo.licence},
                      {"url", photo.url}});
  for (const auto& [mark_number, text] : record.words) words[std::to_string(mark_number)] = text;
  return {{"model", record.model},
          {"a", of(pair.taxa[0])},
          {"b", of(pair.taxa[1])},
          {"verdict", pair.verdict},
          {"tested", pair.tested},
          {"held_out", pair.held_out},
          {"masked", pair.masked},
          {"decided", of(pair.decided)},
          {"notes", pair.notes},
          {"marks", marks},
          {"context", context},
          {"words", words},
          {"exemplars", exemplars},
          {"mark_pictures", mark_pictures},
          {"context_pictures", cue_pictures},
          {"left_out", record.pictures.left_out},
          {"photos", photos}};
}

PlateRecord record_of(const Json& json) {
  PlateRecord record;
  PairMarks& pair = record.pair;
  json.at("model").get_to(record.model);
  pair.taxa = {taxon(json.at("a")), taxon(json.at("b"))};
  json.at("verdict").get_to(pair.verdict);
  json.at("tested").get_to(pair.tested);
  json.at("held_out").get_to(pair.held_out);
  json.at("masked").get_to(pair.masked);
  pair.decided = count(json.at("decided"));
  json.at("notes").get_to(pair.notes);
  for (const Json& one : json.at("marks")) pair.marks.push_back(mark(one));
  for (const Json& one : json.at("context")) pair.context.push_back(mark(one));
  for (const auto& [mark_number, text] : json.at("words").items())
    record.words[std::stoi(mark_number)] = text.get<std::string>();
  for (std::size_t side = 0; side < 2; ++side) {
    const Json& one = json.at("exemplars").at(side);
    if (one.is_null()) continue;
    PlateExemplar exemplar;
    exemplar.picture = picture(one.at("picture")).value();
    for (const Json& place : one.at("marks"))
      exemplar.marks.push_back(
          {&pair.marks.at(place.at("mark").get<std::size_t>()), box(place.at("place"))});
    record.pictures.exemplars[side] = std::move(exemplar);
  }
  for (const Json& one : json.at("mark_pictures"))
    record.pictures.marks.push_back(mark_pictures(one, pair.marks));
  for (const Json& one : json.at("context_pictures"))
    record.pictures.context.push_back(mark_pictures(one, pair.context));
  json.at("left_out").get_to(record.pictures.left_out);
  for (const Json& one : json.at("photos")) {
    store::PhotoRecord photo;
    one.at("id").get_to(photo.id);
    one.at("path").get_to(photo.path);
    photo.size = {one.at("width").get<int>(), one.at("height").get<int>()};
    one.at("form").get_to(photo.form);
    one.at("credit").get_to(photo.credit);
    one.at("licence").get_to(photo.licence);
    one.at("url").get_to(photo.url);
    record.photos[photo.id] = std::move(photo);
  }
  return record;
}

PlatePictures cut_pictures(const PlateRecord& record, const std::string& photo_root,
                           const PictureOptions& options) {
  const PlatePhotos photos{photo_root, record.photos};
  PhotoShelf shelf(photos);
  PlatePictures pictures = record.pictures;
  for (auto& exemplar : pictures.exemplars) {
    if (!exemplar) continue;
    PlatePicture& picture = exemplar->picture;
    auto cut = shelf.cut(picture.photo, picture.box, options.exemplar_side, picture.mirrored);
    if (cut)
      picture.bgr = std::move(cut->bgr);
    else
      exemplar.reset();
  }
  for_each_picture(pictures, [&](std::optional<PlatePicture>& picture) {
    auto cut = shelf.cut(picture->photo, picture->box, options.patch_side, picture->mirrored);
    if (cut)
      picture->bgr = std::move(cut->bgr);
    else
      picture.reset();
  });
  return pictures;
}

const std::string* words_for(const PlateRecord& record, const Mark& mark) {
  const auto found = record.words.find(mark.number);
  return mark.on_subject && found != record.words.end() ? &found->second : nullptr;
}

}  // namespace differentia
