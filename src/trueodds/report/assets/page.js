"use strict";
// Draws every chart of the page. Colours are CSS variables, so the charts need not be drawn again
// for light, dark and print. `ast` keeps Vega from compiling code at run time.
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
  // On paper, two charts are side by side: at this width their labels are large enough to read.
  addEventListener("beforeprint", () => {
    for (const view of paired) view.signal("width", 440).run();
  });
  addEventListener("afterprint", () => dispatchEvent(new Event("resize")));
  document.documentElement.dataset.charts = failed ? failed + " failed" : "drawn";
})();
