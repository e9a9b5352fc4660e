// What every page shares: asking once, no double tap, the phone's menu, filters, messages. No words here: they come from data attributes.
"use strict";

(() => {
  const dialog = document.getElementById("confirm-dialog");
  const region = document.getElementById("messages");

  // --- Ask once: data-confirm="question" on a form, link or button; data-confirm-note, data-confirm-yes, data-confirm-danger
  function ask(element, question) {
    const yes = document.getElementById("confirm-yes");
    const words = element.dataset;
    document.getElementById("confirm-question").textContent = question;
    document.getElementById("confirm-note").textContent = words.confirmNote || "";
    yes.textContent = words.confirmYes || yes.dataset.word;
    yes.classList.toggle("btn-danger", "confirmDanger" in words);
    yes.classList.toggle("btn-primary", !("confirmDanger" in words));
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    });
  }

  // The browser has asked for what is missing before it submits, but takes blanks for an answer and waits for no htmx.
  function holds(form) {
    if (form.noValidate) return true;
    for (const field of form.querySelectorAll("input[type=text][required], textarea[required]")) if (!field.value.trim()) field.value = "";
    return form.reportValidity();
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const asker = event.submitter?.closest("[data-confirm]") || form.closest("form[data-confirm]");
    if (!asker || form.dataset.confirmed || form.hasAttribute("hx-post")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.submitter?.formNoValidate && !holds(form)) return;
    if (!(await ask(asker, asker.dataset.confirm))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter || undefined);
    delete form.dataset.confirmed;
  }, true);

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (!link || link.hasAttribute("hx-get")) return;
    event.preventDefault();
    if (await ask(link, link.dataset.confirm)) window.location.assign(link.href);
  });

  document.addEventListener("htmx:confirm", async (event) => {
    const element = event.detail.elt;
    const question = element.dataset?.confirm || event.detail.question;
    if (!question) return;
    event.preventDefault();
    if (element.matches("form") && !holds(element)) return;
    if (await ask(element, question)) event.detail.issueRequest(true);
  });

  // --- No double tap: buttons rest while a form is on its way (a download comes back without a new page: data-again)
  function rest(form, on) {
    form.toggleAttribute("aria-busy", on);
    if (on) form.setAttribute("aria-busy", "true");
    for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) button.disabled = on;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("hx-get") || form.hasAttribute("hx-post")) return;
    if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    if (form.elements.query) form.elements.query.value = window.location.search.slice(1); // the list may be narrowed since
    if (form.hasAttribute("data-filter")) for (const input of form.elements) if (input.name && !input.value) input.disabled = true;
    setTimeout(() => rest(form, true));
    setTimeout(() => rest(form, false), form.hasAttribute("data-again") ? 2000 : 20000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) rest(form, false);
    for (const input of document.querySelectorAll("form[data-filter] :disabled")) input.disabled = false;
  });
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.matches("form[hx-post]")) rest(event.detail.elt, true); });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt.matches("form[hx-post]")) rest(event.detail.elt, false); });

  // --- Filters: empty ones stay out of the address, the order stays
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.closest("form[data-filter]")) return;
    const asker = event.detail.triggeringEvent?.target; // the beginning of an ID number waits for its end: no address has it
    if (asker?.name === "q" && event.detail.elt.hasAttribute("hx-post")
      && /^\d{6}(19|20)\d\d(0[1-9]|1[0-2])\d{0,5}$/.test(asker.value.normalize("NFKC").replace(/[\s-]/g, ""))) { event.preventDefault(); return; }
    for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
    const sort = new URLSearchParams(window.location.search).get("sort"); // the form stands outside of what sorting replaces
    if (sort) event.detail.formData.set("sort", sort);
  });

  // --- Messages
  function say(sentence) {
    if (!region || [...region.querySelectorAll("p")].some((p) => p.textContent === sentence)) return;
    const box = document.createElement("div");
    box.className = "message message-error";
    const text = document.createElement("p");
    text.textContent = sentence;
    const close = document.createElement("button");
    close.type = "button";
    close.dataset.dismiss = "";
    close.textContent = region.dataset.close;
    box.append(text, close);
    region.append(box);
  }
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => { if (event.detail.xhr?.status !== 422) say(region.dataset.failed); });
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; } // a form with its errors
  });

  // --- The phone's menu, dismissing, printing
  const menu = document.querySelector("[data-nav-toggle]");
  const side = document.getElementById("side-nav");
  function openMenu(open) {
    side.classList.toggle("open", open);
    menu.setAttribute("aria-expanded", String(open));
    if (open) side.querySelector("a").focus(); else menu.focus();
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-nav-toggle]")) openMenu(!side.classList.contains("open"));
    else if (side?.classList.contains("open") && !event.target.closest("#side-nav")) openMenu(false);
    if (event.target.closest("[data-dismiss]")) event.target.closest(".message").remove();
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && side?.classList.contains("open")) openMenu(false); });

  // --- A form that came back: to the first field to correct. A page around a job: anew when the job has ended
  document.querySelector("form .is-invalid")?.focus();
  document.addEventListener("htmx:afterSwap", () => {
    if (document.querySelector("[data-reload-when-done] [data-job-ended]")) window.location.reload();
  });
})();

// On the phone the filters are folded behind one button; with more than three fields only.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-filters-toggle]");
  if (!button) return;
  const open = button.closest("form").classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});
