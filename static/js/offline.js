// Pages that a phone keeps are older than the visit: their forms begin today (outbox.js gives each an id of its own).
"use strict";

(() => {
  const DAY = 86_400_000;
  const dayOf = (time) => new Date(time).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" }); // 2017-09-03
  const today = dayOf(Date.now());
  for (const form of document.querySelectorAll("form[data-offline-form]")) {
    const { visited_on: visited, due_on: due } = form.elements;
    if (visited) { visited.max = today; visited.value = today; }
    if (due) due.value = dayOf(Date.now() + Number(form.dataset.dueAfter) * DAY);
  }
})();
