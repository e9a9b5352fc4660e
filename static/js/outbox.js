// The outbox on pages: keeps what forms with data-outbox hold, sends it (sender.js), shows what is unsent. Gives `outbox`.
// No words here: they come from data attributes (visits/_kept.html, visits/outbox.html).
"use strict";

const outbox = (() => {
  const user = Number(document.body.dataset.user);
  const possible = Boolean(user && window.indexedDB && window.crypto?.subtle && window.crypto.randomUUID);
  const IDLE = 2000; // milliseconds until the first try anew where there is no network
  const form = document.querySelector("form[data-outbox]");
  let photosOfPage = []; // that this page has kept for its form
  let watching; // of the form that was sent on this page: {refused()}

  // --- Sending: on each occasion, then again and again
  let running = false;
  let asked = false;
  let idle = 0;
  let timer;
  async function send({ force = false } = {}) {
    if (running) { asked = true; return; }
    running = true;
    try {
      do { asked = false; await sender.sendAll(store, window.fetch.bind(window), { force }); } while (asked);
    } finally {
      running = false;
      await plan();
    }
  }
  async function plan() {
    clearTimeout(timer);
    const left = (await own()).filter((item) => sender.TRIES.includes(item.state));
    if (!left.length) { idle = 0; return; }
    const due = left.filter((item) => item.next_try).map((item) => item.next_try - Date.now());
    idle = due.length ? 0 : Math.min(idle + 1, 5);
    timer = setTimeout(send, Math.max(500, Math.min(...due, IDLE * 2 ** idle)));
  }
  const own = () => store.ofUser("items", user);

  // --- Keeping a form
  function written(data) {
    const fields = {};
    const files = [];
    for (const [name, value] of data) {
      if (value instanceof File) { if (value.size) files.push(value); }
      else if (name !== "csrfmiddlewaretoken" && name !== "client_id") (fields[name] ??= []).push(value);
    }
    return { fields, files };
  }
  function today() { // by the phone's own clock and place
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  }
  async function keep(kept, data, then) {
    const id = kept.elements.client_id.value;
    const { kind, household, visit, title } = kept.dataset;
    const { fields, files } = written(data);
    const before = await store.get("items", id);
    if (before && (before.state !== "refused" || before.receipt)) return watch(then); // a second tap
    const there = await (await store.database()).getAllKeysFromIndex("photos", "item", id);
    const staying = there.filter((key) => !photosOfPage.includes(key)); // kept by an earlier page of the same record
    const photos = [];
    for (const [order, file] of files.entries()) {
      const row = { client_id: crypto.randomUUID(), user, item: id, order: Date.now() + order, state: "waiting", name: file.name };
      photos.push({ name: "photos", row, bytes: await file.arrayBuffer() });
    }
    if (fields.photos_follow) fields.photos_follow = [String(staying.length + photos.length)]; // they go one by one, after this
    const last = Math.max(0, ...(await own()).map((item) => item.order));
    const item = {
      client_id: id, user, order: before?.order ?? Math.max(Date.now(), last + 1), kind, household: Number(household),
      visit: visit ? Number(visit) : undefined, written_on: before?.written_on ?? today(), address: address(kept), state: "waiting", tries: 0,
      photos_left: staying.length + photos.length,
    };
    await store.putAll([{ name: "items", row: item, secret: { title, fields } }, ...photos], photosOfPage.map((key) => ({ name: "photos", key })));
    if (typeof drafts !== "undefined") drafts.sent(kept);
    photosOfPage = photos.map(({ row }) => row.client_id);
    navigator.storage?.persist?.();
    navigator.serviceWorker?.getRegistration().then((worker) => worker?.sync?.register("outbox")).catch(() => {});
    sender.changed();
    return watch(then);
  }
  function watch(then) {
    watching = then || {};
    send({ force: true });
    return draw();
  }
  function address(kept) { // of the form, to open it again
    const page = new URL(kept.dataset.address || window.location.href, window.location.href);
    page.searchParams.delete("id");
    page.searchParams.delete("edit");
    return page.pathname + page.search;
  }

  // --- A form that is opened: an id of its own (a kept page's is old), what it holds already, what became of it
  function openForm() {
    const asking = new URL(window.location.href).searchParams;
    const given = asking.get("edit") || asking.get("id");
    const id = form.elements.client_id;
    if (given !== id.value) id.value = crypto.randomUUID(); // else the server gave the form for this id
    if (given) store.get("items", given).then((item) => {
      if (item?.user !== user) return undefined;
      id.value = given;
      return item.state === "refused" && !item.receipt ? edit(item) : draw();
    });
    if (!form.matches("[data-visit-form]")) form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (watching) return;
      keep(form, new FormData(form), {}).catch((error) => { console.warn(error); form.submit(); });
    });
  }
  async function edit(item) {
    const { fields } = await store.secretOf(item);
    for (const element of form.elements) {
      if (!element.name || ["hidden", "file"].includes(element.type)) continue;
      const values = fields[element.name] || [];
      if (["radio", "checkbox"].includes(element.type)) {
        element.checked = values.includes(element.value);
        if (element.checked) element.dispatchEvent(new Event("change", { bubbles: true }));
      } else if (values.length) element.value = values[0];
      const more = element.closest("details");
      if (more && values[0]) more.open = true;
    }
    const photos = form.querySelector("[data-kept-photos]");
    if (photos && item.photos_left) { photos.hidden = false; photos.querySelector("b").textContent = item.photos_left; }
    problems(item.problem || []);
  }
  function problems(sentences) {
    form.querySelector("[data-problems]").replaceChildren(...sentences.map((sentence) => { const line = document.createElement("p"); line.textContent = sentence; return line; }));
  }

  // --- What the phone keeps, as it is now
  let drawing = Promise.resolve();
  function draw() {
    drawing = drawing.then(drawNow, drawNow);
    return drawing;
  }
  async function drawNow() {
    const items = (await own()).sort((a, b) => b.order - a.order);
    const unsent = items.filter((item) => sender.UNSENT.includes(item.state)).length;
    for (const count of document.querySelectorAll("[data-outbox-count]")) { count.textContent = unsent; count.hidden = !unsent; }
    for (const notice of document.querySelectorAll("[data-outbox-notice]")) notice.hidden = !unsent;
    const signedOut = Boolean(await store.get("meta", "outbox-signed-out")) && unsent > 0;
    for (const notice of document.querySelectorAll("[data-outbox-signed-out]")) notice.hidden = !signedOut;
    if (form) drawForm(items.find((item) => item.client_id === form.elements.client_id.value), signedOut);
    const list = document.querySelector("[data-outbox-list]");
    if (list) await drawList(list, items, signedOut);
  }
  function note(words, item, signedOut) { // the sentence on where it stands
    if (item.state === "refused") return (item.problem || []).join(" ");
    if (item.receipt && sender.TRIES.includes(item.state)) return words.photos.replace("{n}", item.photos_left);
    if (item.state === "sent") return words.sent.replace("{n}", item.receipt.number);
    if (item.state === "parked") return words.parked.replace("{n}", item.receipt.number);
    if (signedOut) return words.signedOut;
    return item.state === "sending" ? words.sending : words.waiting;
  }
  function drawForm(item, signedOut) {
    const panel = document.querySelector("[data-kept-panel]");
    const editing = item?.state === "refused" && !item.receipt; // else a photo alone was not taken
    if (item?.state === "sent" && watching && item.receipt.url) return leave(item);
    if (editing && watching) { watching.refused?.(item.problem || []); if (!watching.refused) problems(item.problem || []); watching = undefined; }
    const shown = Boolean(item) && !editing;
    if (shown && panel.hidden) { panel.hidden = false; form.hidden = true; window.scrollTo(0, 0); panel.focus(); }
    if (!shown) { panel.hidden = true; form.hidden = false; return undefined; }
    panel.querySelector("[data-kept-title]").textContent = panel.dataset[sender.TRIES.includes(item.state) ? "kept" : "through"];
    panel.querySelector("[data-kept-note]").textContent = note(panel.dataset, item, signedOut);
    link(panel.querySelector("[data-kept-receipt]"), item);
    return undefined;
  }
  function link(anchor, item) {
    const through = ["sent", "parked"].includes(item.state);
    anchor.hidden = !through;
    if (through) anchor.href = item.receipt.url;
  }
  function leave(item) { // to the receipt, which says that it is saved
    watching = undefined;
    window.sessionStorage.setItem("sent", item.client_id);
    window.sessionStorage.setItem("said", form.dataset.saved);
    window.location.assign(item.receipt.url);
  }
  function sayWhatWasSaved() {
    const said = window.sessionStorage.getItem("said");
    const region = document.getElementById("messages");
    if (!said || !region) return;
    window.sessionStorage.removeItem("said");
    const box = document.createElement("div");
    box.className = "message message-success";
    const text = document.createElement("p");
    text.textContent = said;
    box.append(text);
    region.append(box);
  }

  // --- The page of the outbox
  async function drawList(list, items, signedOut) {
    const words = list.dataset;
    const template = document.querySelector("[data-outbox-row]");
    const rows = [];
    for (const item of items) {
      const row = template.content.firstElementChild.cloneNode(true);
      const state = signedOut && item.state === "waiting" ? "signed-out" : item.state;
      row.dataset.item = item.client_id;
      row.dataset.state = state;
      row.querySelector("[data-title]").textContent = await titleOf(item);
      row.querySelector("[data-kind]").textContent = words[`kind${item.kind[0].toUpperCase()}${item.kind.slice(1)}`];
      row.querySelector("[data-day]").textContent = item.written_on;
      row.querySelector(`[data-tag=${state}]`).hidden = false;
      row.querySelector("[data-note]").textContent = note(words, item, signedOut);
      link(row.querySelector("[data-receipt]"), item);
      row.querySelector("[data-acts]").hidden = item.state !== "refused";
      const anew = row.querySelector("[data-edit]");
      anew.href = `${item.address}${item.address.includes("?") ? "&" : "?"}edit=${item.client_id}`;
      anew.hidden = Boolean(item.receipt);
      row.querySelector("[data-discard]").hidden = Boolean(item.receipt);
      row.querySelector("[data-discard-photos]").hidden = !item.receipt;
      rows.push(row);
    }
    list.replaceChildren(...rows);
    document.querySelector("[data-outbox-empty]").hidden = rows.length > 0;
    document.querySelector("[data-outbox-now]").hidden = signedOut || !items.some((item) => item.state === "waiting");
  }
  async function titleOf(item) {
    try { return (await store.secretOf(item)).title; } catch { return ""; }
  }
  async function again(item) {
    await store.putAll([{ name: "items", row: { ...item, state: "waiting", problem: undefined, tries: 0, next_try: undefined } }]);
    sender.changed();
    await send({ force: true });
  }
  async function discard(item, photosOnly) {
    const photos = (await (await store.database()).getAllFromIndex("photos", "item", item.client_id)).filter((photo) => !photosOnly || photo.state === "refused");
    const gone = photos.map(({ client_id: key }) => ({ name: "photos", key }));
    if (!photosOnly) await store.putAll([], [...gone, { name: "items", key: item.client_id }]);
    else await store.putAll([{ name: "items", row: { ...item, state: "waiting", problem: undefined, photos_left: item.photos_left - gone.length } }], gone);
    sender.changed();
    await send({ force: true });
  }
  function openList() {
    document.querySelector("[data-outbox-now]").addEventListener("click", () => send({ force: true }));
    document.querySelector("[data-outbox-list]").addEventListener("submit", async (event) => {
      event.preventDefault(); // asked once by then
      const item = await store.get("items", event.target.closest("[data-item]").dataset.item);
      if (item?.state !== "refused") return;
      if (event.target.matches("[data-again]")) await again(item);
      else await discard(item, event.target.matches("[data-discard-photos]"));
    });
  }

  // --- On each page of who is signed in
  if (possible) {
    if (form) openForm();
    if (document.querySelector("[data-outbox-list]")) openList();
    sender.changes?.addEventListener("message", draw);
    window.addEventListener("outbox", draw);
    document.addEventListener("send-outbox", () => send({ force: true }));
    window.addEventListener("online", () => send({ force: true }));
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });
    window.addEventListener("pageshow", () => { sayWhatWasSaved(); send().then(draw); draw(); });
  } else {
    for (const notice of document.querySelectorAll("[data-outbox-impossible]")) notice.hidden = false;
  }

  return { possible, keep, send };
})();
