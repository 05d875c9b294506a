#include "explain/saliency/method.h"

#include <set>

#include "base/error.h"
#include "tests/catch.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("every method says what it is, what it needs, what it shows and what it does not") {
  REQUIRE(saliency_methods().size() >= 7);
  std::set<std::string> names, titles;
  for (const Method* method : saliency_methods()) {
    INFO(method->name);
    CHECK(names.insert(method->name).second);
    CHECK(titles.insert(method->title).second);
    CHECK(&saliency_method(method->name) == method);
    CHECK(method->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-+") ==
          std::string::npos);
    for (const std::string& text : {method->title, method->source, method->help, method->caveat}) {
      CHECK_FALSE(text.empty());
      CHECK(text.find('\n') == std::string::npos);
    }
    CHECK(method->help.back() != '.');  // stands in a table
    CHECK(method->caveat.back() == '.');
    if (method->needs_gradients || method->needs_layer) CHECK(method->needs_model);
    if (method->several_layers) CHECK(method->needs_layer);

    std::set<std::string> options;
    const MethodValues values(*method);
    for (const MethodOption& option : method->options) {
      INFO(option.name);
      CHECK(options.insert(option.name).second);
      CHECK_FALSE(option.help.empty());
      CHECK(option.low < option.high);
      CHECK(option.value >= option.low);
      CHECK(option.value <= option.high);
      if (option.kind == OptionKind::kChoice) {
        CHECK(option.low == 0);
        CHECK(option.high == static_cast<double>(option.choices.size()) - 1);
        CHECK(values.choice(option.name) ==
              option.choices.at(static_cast<std::size_t>(option.value)));
      } else {
        CHECK(option.choices.empty());
        CHECK(values.number(option.name) == option.value);
      }
      if (option.kind == OptionKind::kWhole) CHECK(values.whole(option.name) == option.value);
    }
  }
}

TEST_CASE("a saliency method that does not exist names the nearest") {
  try {
    saliency_method("gradcam");
    FAIL("found");
  } catch (const UnknownName& unknown) {
    REQUIRE_FALSE(unknown.nearest.empty());
    CHECK(unknown.nearest[0] == "grad-cam");
  }
}

Method with_options() {
  Method method;
  method.name = "example";
  method.title = "Example";
  method.options = {
      {"width", "Of it", OptionKind::kNumber, 0.5, 0.25, 4},
      {"samples", "Of it", OptionKind::kWhole, 25, 1, 100},
      {"form", "Of it", OptionKind::kChoice, 1, 0, 2, {"mean", "squared", "variance"}}};
  return method;
}

TEST_CASE("options are taken as written, the rest by default") {
  const Method method = with_options();
  const MethodValues defaults(method);
  CHECK(defaults.number("width") == 0.5);
  CHECK(defaults.whole("samples") == 25);
  CHECK(defaults.choice("form") == "squared");
  const MethodValues given(method, {{"width", "4"}, {"samples", "1"}, {"form", "variance"}});
  CHECK(given.number("width") == 4);
  CHECK(given.whole("samples") == 1);
  CHECK(given.choice("form") == "variance");
  CHECK(MethodValues(method, {{"width", "2.5e-1"}}).number("width") == 0.25);
}

TEST_CASE("options that are not there, no numbers or out of range are refused in plain words") {
  const Method method = with_options();
  const auto refused = [&](const std::string& option, const std::string& value) {
    try {
      const MethodValues values(method, {{option, value}});
      return std::string("taken");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  CHECK_THAT(refused("sample", "3"), Contains("samples"));
  CHECK_THAT(refused("form", "variances"), Contains("variance"));
  CHECK_THROWS_AS(MethodValues(method, {{"sample", "3"}}), UnknownName);
  CHECK_THROWS_AS(MethodValues(method, {{"form", "variances"}}), UnknownName);
  CHECK_THAT(refused("samples", "0"), Contains("a whole number from 1 to 100"));
  for (const std::string value : {"101", "2.5", "ten", "", "3 ", "3x", "nan", "inf", "-1"}) {
    INFO(value);
    CHECK_THAT(refused("samples", value), Contains("samples=" + value) && Contains("Example"));
  }
  CHECK_THAT(refused("width", "0.2"), Contains("a number from 0.25 to 4"));
  for (const std::string value : {"4.01", "nan", "wide", "1,5"}) {
    INFO(value);
    CHECK_THAT(refused("width", value), Contains("a number from 0.25 to 4"));
  }
  Method without = method;
  without.options.clear();
  CHECK_THROWS_WITH(MethodValues(without, {{"width", "1"}}), Contains("Example has no options"));
}

}  // namespace
}  // namespace differentia
