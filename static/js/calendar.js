// The month by the keyboard: arrows move from day to day, Home and End within the week, Page Up and Down by month.
// Without this script each day is reached by Tab.
"use strict";

(() => {
  const month = document.querySelector("[data-month]");
  if (!month) return;
  const rows = [...month.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.querySelector("a")));
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  month.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const days = rows.flat();
    const here = days.indexOf(document.activeElement);
    if (here < 0) return;
    const first = here - (here % 7);
    let to = null;
    if (event.key in steps) {
      let at = here + steps[event.key];
      while (at >= 0 && at < days.length && !days[at]) at += steps[event.key]; // days without a link are passed over
      to = days[at];
    } else if (event.key === "Home") to = days.slice(first, first + 7).find(Boolean);
    else if (event.key === "End") to = days.slice(first, first + 7).filter(Boolean).pop();
    else if (event.key === "PageUp" || event.key === "PageDown") to = document.querySelector(`.month-head [rel=${event.key === "PageUp" ? "prev" : "next"}]`);
    else return;
    event.preventDefault();
    if (!to) return;
    if (event.key.startsWith("Page")) to.click();
    else to.focus();
  });
})();
