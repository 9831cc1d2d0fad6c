"use strict";
// Draws every chart of the page. Colours are CSS variables, so the charts need not be drawn again
// for light, dark and print. `ast` keeps Vega from compiling code at run time.
const chartViews = new Map();
(async () => {
  const options = {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
    tooltip: { theme: "custom", disableDefaultStyle: true },
  };
  const fit = () => dispatchEvent(new Event("resize"));
  const folded = [...document.querySelectorAll("details.section")];
  // A closed part may have no width: its charts take theirs when it opens.
  for (const part of folded) part.addEventListener("toggle", fit);
  const reveal = () => {
    const part = document.getElementById(location.hash.slice(1))?.closest("details.section");
    if (part) part.open = true;
  };
  addEventListener("hashchange", reveal);
  for (const link of document.querySelectorAll("a[href^='#']")) {
    link.addEventListener("click", () => setTimeout(reveal));
  }
  reveal();
  const paired = [];
  let failed = 0;
  let specifications = {};
  try {
    specifications = JSON.parse(await unpacking.textOf("specifications"));
    await unpacking.run("charts");
  } catch (error) {
    failed += 1;
    specifications = {};
    document.getElementById("old-browser").hidden = false;
    console.error(error);
  }
  for (const [key, specification] of Object.entries(specifications)) {
    const place = document.getElementById("chart-" + key);
    await new Promise((next) => setTimeout(next)); // the form and the slider do not wait for charts
    try {
      const { view } = await vegaEmbed(place, specification, options);
      chartViews.set(key, view);
      if (place.closest(".pair")) paired.push(view);
    } catch (error) {
      failed += 1;
      place.textContent = "This chart could not be drawn: " + error.message;
      console.error(error);
    }
  }
  // On paper, two charts are side by side: at this width their labels are large enough to read.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = folded.filter((part) => !part.open);
    for (const part of opened) part.open = true;
    for (const view of paired) view.signal("width", 440).run();
  });
  addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
    fit();
  });
  document.documentElement.dataset.charts = failed ? failed + " failed" : "drawn";
  dispatchEvent(new Event("charts-drawn"));
})();
