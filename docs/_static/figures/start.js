// Puts each figure into its place on a page: <div class="live" data-figure="slope"></div>.
"use strict";

for (const place of document.querySelectorAll(".live")) Figures[place.dataset.figure](place);
document.documentElement.dataset.charts = "drawn";
