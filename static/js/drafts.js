// What is typed into a form with data-draft="name" is remembered on this device until it was sent: encrypted (store.js),
// or for this tab alone where the browser keeps nothing else. Photos are not. Gives `drafts`.
"use strict";

const drafts = (() => {
  const user = Number(document.querySelector("script[data-user]")?.dataset.user);
  const DAYS = 7;
  const keyOf = (name) => `draft ${name}`;

  async function put(name, fields) {
    const expires = Date.now() + DAYS * 86_400_000;
    try {
      await store.put("pages", { user, url: keyOf(name), version: "", expires }, { secret: fields });
    } catch {
      window.sessionStorage.setItem(`${keyOf(name)} ${user}`, JSON.stringify(fields));
    }
  }
  async function get(name) {
    try {
      const row = await store.get("pages", [user, keyOf(name)]);
      return row && row.expires > Date.now() ? await store.secretOf(row) : undefined;
    } catch {
      return JSON.parse(window.sessionStorage.getItem(`${keyOf(name)} ${user}`) ?? "null") ?? undefined;
    }
  }
  async function remove(name) {
    window.sessionStorage.removeItem(`${keyOf(name)} ${user}`);
    try { await store.remove("pages", [user, keyOf(name)]); } catch { /* nothing is kept here */ }
  }

  const OWN = new Set(["csrfmiddlewaretoken"]);
  const typed = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OWN.has(name));

  function restore(form, fields) {
    const values = Map.groupBy ? Map.groupBy(fields, ([name]) => name) : new Map(fields.map(([name]) => [name, fields.filter(([other]) => other === name)]));
    for (const field of form.elements) {
      if (!field.name || OWN.has(field.name) || field.type === "file") continue;
      const given = (values.get(field.name) ?? []).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
      else if (given.length) field.value = given[0];
    }
    for (const field of form.querySelectorAll("input:checked")) field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Whether the form was saved before, its answer lost: the server leads from the form's address to what came of it. */
  async function wasSaved(form, fields) {
    if (!form.matches("[data-once]")) return false;
    const address = new URL(window.location.href);
    address.searchParams.set("id", fields.find(([name]) => name === "client_id")[1]);
    window.history.replaceState(window.history.state, "", address);
    try {
      if (!(await fetch(address, { credentials: "same-origin" })).redirected) return false;
    } catch {
      return false; // no network: the same id keeps it from being saved twice
    }
    await remove(form.dataset.draft);
    window.location.assign(address);
    return true;
  }

  async function watch(form) {
    const name = form.dataset.draft;
    const note = form.querySelector("[data-draft-note]");
    const fields = await get(name);
    if (fields && (await wasSaved(form, fields))) return;
    if (fields) {
      restore(form, fields);
      note.hidden = false;
    }
    note.querySelector("button").addEventListener("click", async () => {
      form.dataset.sent = "yes";
      await remove(name);
      window.dispatchEvent(new Event("draft-dropped"));
      const address = new URL(window.location.href);
      address.searchParams.delete("id");
      window.history.replaceState(window.history.state, "", address);
      window.location.reload();
    });
    let waiting;
    const save = () => { clearTimeout(waiting); waiting = undefined; if (!form.dataset.sent) put(name, typed(form)); };
    for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => {
      if (!event.isTrusted) return; // not by a person
      clearTimeout(waiting);
      waiting = setTimeout(save, 400);
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden && waiting) save(); });
  }

  // A form that the browser itself sends: the page that follows it says that it has arrived.
  const SENT = "draft-sent";
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.dataset.draft) return;
    window.sessionStorage.setItem(SENT, JSON.stringify({ name: form.dataset.draft, from: window.location.href.split("#")[0] }));
  });
  const sent = JSON.parse(window.sessionStorage.getItem(SENT) ?? "null");
  window.sessionStorage.removeItem(SENT);
  const forms = [...document.querySelectorAll("form[data-draft]")];
  const here = forms.some((form) => form.dataset.draft === sent?.name);
  const ready = sent && !here && document.referrer === sent.from ? remove(sent.name) : Promise.resolve();
  ready.then(() => { for (const form of forms) watch(form); });

  return {
    /** The form has been sent, or lies in the outbox: forget its draft. */
    async sent(form) { form.dataset.sent = "yes"; if (form.dataset.draft) await remove(form.dataset.draft); },
  };
})();
