"use strict";
// The reasons of the row in "Try it": computed when a button asks for them, and after that when the
// row has not changed for a while. They take a second or more, so other work comes between.
(() => {
  const place = (id) => document.getElementById(id);
  const [button, told] = ["why-button", "why-told"].map(place);
  if (button === null) return;
  const [MOST, PAUSE, SLICE] = [5, 700, 20]; // the times in milliseconds
  let [asked, latest, timer] = [false, 0, 0];
  const after = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  // The explanation of a row; null when another one has been asked for.
  async function explained(row, number) {
    const steps = trueoddsReader.explaining(tried.model, row);
    for (let until = performance.now() + SLICE; ; ) {
      const { done, value } = steps.next();
      if (done) return value;
      if (performance.now() < until) continue;
      await after(0);
      if (number !== latest) return null;
      until = performance.now() + SLICE;
    }
  }

  const say = (text) => {
    if (told.textContent !== text) told.replaceChildren(paragraph(text));
  };
  const paragraph = (text) => Object.assign(document.createElement("p"), { textContent: text });

  function list(sentences) {
    const items = document.createElement("ol");
    for (const sentence of sentences) {
      items.append(Object.assign(document.createElement("li"), { textContent: sentence }));
    }
    return items;
  }

  async function tell() {
    const row = tried.row;
    const number = (latest += 1);
    if (row === null) return told.replaceChildren();
    say("The reasons are being computed …");
    const found = await explained(row, number);
    if (found === null) return;
    const sentences = trueoddsReader.reasons(tried.model, row, found.values, MOST);
    const base = tried.percent(trueoddsReader.sigmoid(found.base));
    const compared =
      `Compared with ${told.dataset.rows} training rows, whose log-odds are on average those of ${base}, `;
    if (sentences.length > 0) {
      told.replaceChildren(paragraph(`${compared}these cells change the odds most:`), list(sentences));
    } else say(`${compared}no cell changes the odds by 5% or more.`);
    told.dataset.values = JSON.stringify(found.values);
  }

  button.addEventListener("click", () => {
    asked = true;
    clearTimeout(timer);
    tell();
  });
  addEventListener("row-changed", () => {
    if (!asked) return;
    latest += 1;
    say("The row has changed; its reasons follow.");
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  });
})();
