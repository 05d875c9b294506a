#include "atlas/plate/html_page.h"

#include <cmath>

#include <fmt/format.h>

#include "atlas/plate/plate_markup.h"

namespace differentia {
namespace {

constexpr const char* kStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--ink:#211f1c;--light:#5c5a56;--rule:#c9c5be;--accent:#852b1c;--link:#6b2116}
@media (prefers-color-scheme:dark){:root{--paper:#191816;--ink:#ebe7e0;--light:#b3ada3;--rule:#4a4742;--accent:#f0a08c;--link:#f3b7a6}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1rem 1.1rem 2.5rem;background:var(--paper);color:var(--ink);
 font:1.0625rem/1.45 "Linux Libertine O","Libertinus Serif","EB Garamond",Georgia,"DejaVu Serif",serif;overflow-wrap:break-word}
a{color:var(--link);text-decoration-thickness:.06em;text-underline-offset:.16em}
img{display:block;max-width:100%;height:auto;border:1px solid var(--rule);background:var(--rule)}
h1,h2,h3{font-weight:normal;line-height:1.15;margin:0}
h1{font-size:2rem}h1 a{display:inline-block}h1 a,h2 a,h3 a{color:inherit;text-decoration-color:var(--rule)}
h2{font-size:1.45rem}h3{font-size:1.13rem}
p{margin:.35rem 0}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.95rem;margin-bottom:1.2rem}
.kicker{color:var(--accent);font-variant:small-caps;letter-spacing:.08em;margin:0 0 .3rem}
.common{color:var(--light);font-variant:small-caps;letter-spacing:.05em;margin:0}
.light,figcaption{color:var(--light)}
figcaption,.small{font-size:.9rem;line-height:1.3}
.verdict{color:var(--accent);font-size:1.3rem;line-height:1.3;margin:.8rem 0}
.pair,.columns{display:grid;gap:1.2rem 1.6rem;grid-template-columns:minmax(0,1fr)}
header.of-pair{text-align:center;border-bottom:1px solid var(--rule);padding-bottom:.9rem;margin-bottom:1rem}
header.of-pair .and{color:var(--light);font-style:italic}
figure{margin:0}
.exemplar{position:relative}
.exemplar svg{position:absolute;inset:0;width:100%;height:100%}
.exemplar text{fill:var(--accent);font-size:58px;dominant-baseline:central}
.exemplar img{width:90.909%;max-width:none}
.exemplar.left img{margin-left:9.091%}
.not-to-scale{text-align:center;margin:.2rem 0 1rem}
.exemplar+figcaption{text-align:center;margin-top:.3rem}
.mark{display:grid;grid-template-columns:1.7rem minmax(0,1fr);margin-bottom:1.5rem;break-inside:avoid}
.mark>.number{color:var(--accent);font-size:1.9rem;line-height:1}
.patches{display:flex;flex-wrap:wrap;gap:.5rem;margin:.45rem 0;align-items:flex-start}
.patches figure{flex:0 1 8.2rem;min-width:5.5rem}
.patches figure.against{flex-basis:6rem;margin-left:.6rem}
.patches figcaption{text-align:center;margin-top:.15rem}
.context{border:1px solid var(--rule);padding:.3rem 1rem .8rem;margin:.5rem 0 1.5rem;break-inside:avoid}
.context h2{font-size:1.05rem;color:var(--accent);font-variant:small-caps;letter-spacing:.06em;margin:.3rem 0 .6rem}
.cue{display:flex;gap:.5rem .8rem;flex-wrap:wrap;margin-bottom:.8rem}
.cue figure{flex:0 0 5.5rem}.cue div{flex:1 1 12rem}
footer{border-top:1px solid var(--rule);margin-top:1.5rem;padding-top:.7rem}
footer ul{margin:.3rem 0;padding-left:1.1rem}
.taxon{display:grid;gap:.6rem 1.6rem;grid-template-columns:minmax(0,1fr)}
.taxon{margin-bottom:1.2rem}
.rival{border-top:1px solid var(--rule);padding:1rem 0 .6rem;break-inside:avoid}
.rival .three{display:grid;gap:.9rem 1.4rem;grid-template-columns:minmax(0,1fr);margin:.7rem 0 .3rem}
.rival .two{display:flex;gap:.35rem;margin-top:.35rem;max-width:19rem}
.rival .two figure{flex:1 1 0;min-width:0}
.rival .two figcaption{text-align:center}
.rival .number{color:var(--accent);margin-right:.35rem}
.taxa{display:grid;gap:1.2rem 1.1rem;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));list-style:none;padding:0;margin:.8rem 0 1.6rem}
.taxa li{break-inside:avoid}
.taxa img{width:100%;aspect-ratio:1;object-fit:cover;margin-bottom:.3rem}
.pairs{list-style:none;padding:0;margin:.6rem 0}
.pairs li{padding:.3rem 0;border-top:1px solid var(--rule)}
.genus{margin-top:1.6rem}
@media (max-width:43.99rem){.exemplar.bare img{width:100%;margin-left:0}}
@media (min-width:44rem){
 .pair,.columns{grid-template-columns:repeat(2,minmax(0,1fr))}
 .columns.single{grid-template-columns:minmax(0,34rem);justify-content:center}
 .rival .three{grid-template-columns:repeat(3,minmax(0,1fr))}
 .taxon{grid-template-columns:minmax(0,1fr) minmax(0,19rem)}
}
@media print{
 :root{--paper:#fff;--ink:#000;--light:#333;--rule:#999;--accent:#852b1c;--link:#000}
 @page{margin:14mm}
 body{max-width:none;padding:0;font-size:9.5pt}
 nav{display:none}a{text-decoration:none}
 h1{font-size:18pt}h2{font-size:13pt}
 .pair,.columns{grid-template-columns:repeat(2,minmax(0,1fr))}
 .rival .three{grid-template-columns:repeat(3,minmax(0,1fr))}
 .patches figure{flex-basis:2.5cm}.patches figure.against{flex-basis:1.8cm}
}
)css";

}  // namespace

std::string html_page(const HtmlPage& page) {
  const std::string nav =
      page.up.empty()
          ? ""
          : fmt::format("<nav><a href=\"{}index.html\">All plates</a></nav>\n", page.up);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<meta name=\"description\" content=\"{}\">\n<style>{}</style>\n</head>\n"
      "<body>\n{}{}<footer class=\"small light\">\n{}</footer>\n</body>\n</html>\n",
      escaped(page.title), escaped(page.description), kStyle, nav, page.body, page.made_by);
}

std::string html_picture(const std::string& file, const PlatePicture& picture,
                         const std::string& alternative) {
  constexpr double kWide = 640;  // only the ratio matters
  return fmt::format("<img src=\"{}\" width=\"{}\" height=\"{}\" loading=\"lazy\" alt=\"{}\">",
                     escaped(file), static_cast<int>(kWide),
                     static_cast<int>(std::lround(kWide * picture.box.height / picture.box.width)),
                     escaped(alternative));
}

std::string html_origin(const std::string& model) {
  return html_paragraph(
      "", fmt::format("Model: {}. Made with Differentia {}.", escaped(model), DIFFERENTIA_VERSION));
}

std::string html_paragraph(const std::string& kind, const std::string& markup) {
  if (markup.empty()) return "";
  return kind.empty() ? fmt::format("<p>{}</p>\n", markup)
                      : fmt::format("<p class=\"{}\">{}</p>\n", kind, markup);
}

}  // namespace differentia
