"use strict";
// Draws every chart that the page describes. Colours are CSS variables, so that a change between
// light, dark and print needs no redrawing; `ast` keeps Vega from compiling code at run time.
(async () => {
  const specifications = JSON.parse(document.getElementById("specifications").textContent);
  const options = {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
    tooltip: { theme: "custom", disableDefaultStyle: true },
  };
  const paired = [];
  let failed = 0;
  for (const [key, specification] of Object.entries(specifications)) {
    const place = document.getElementById("chart-" + key);
    try {
      const { view } = await vegaEmbed(place, specification, options);
      if (place.closest(".pair")) paired.push(view);
    } catch (error) {
      failed += 1;
      place.textContent = "This chart could not be drawn: " + error.message;
      console.error(error);
    }
  }
  // Two charts share a sheet's width: drawn at that size, their labels stay legible on paper.
  addEventListener("beforeprint", () => {
    for (const view of paired) view.signal("width", 440).run();
  });
  addEventListener("afterprint", () => dispatchEvent(new Event("resize")));
  document.documentElement.dataset.charts = failed ? failed + " failed" : "drawn";
})();
