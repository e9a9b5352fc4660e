// The visit form: hands what was typed to the outbox; where the phone keeps nothing it sends itself, so that nothing typed or chosen is lost.
// Without this script the form works as any form. Words come from data attributes; the form's client_id makes a resend safe.
"use strict";

// One form makes one row. Its id stands in the address, so that Back or a reload brings the same form, or what came of it.
(() => {
  const form = document.querySelector("form[data-once]");
  if (!form) return;
  const id = form.elements.client_id.value;
  const address = new URL(window.location.href);
  if (address.searchParams.get("id") !== id) {
    address.searchParams.set("id", id);
    window.history.replaceState(window.history.state, "", address);
  }
  let left = false;
  form.addEventListener("submit", () => { left = !form.matches("[data-visit-form]"); }); // that one says itself when it was sent
  window.addEventListener("pageshow", (event) => {
    const sent = window.sessionStorage.getItem("sent") === id; // a page out of the browser's store knows nothing else
    if (!sent && !(event.persisted && left)) return;
    window.sessionStorage.removeItem("sent");
    window.location.reload();
  });
})();

(() => {
  const form = document.querySelector("form[data-visit-form]");
  if (!form) return;
  const words = form.dataset;
  const problems = form.querySelector("[data-problems]");
  const note = form.querySelector("[data-offline-note]");
  const picker = form.querySelector("input[type=file]");
  const previews = form.querySelector("[data-previews]");
  const save = form.querySelector(".savebar button");
  const LONGEST_EDGE = 1600;
  const photos = []; // files as they will be sent
  let changed = false;
  let sending = false;

  // --- What shows with what
  const unanswered = form.querySelector("[data-unanswered]");
  function showUnanswered() {
    const phone = form.querySelector("input[name=mode][value=phone]").checked;
    unanswered.hidden = !phone;
    if (!phone) unanswered.querySelector("input").checked = false;
  }
  const none = form.querySelector("[data-no-change]");
  function showNone() { // as the saved visit will say it: who met nobody does not know
    const mode = form.querySelector("input[name=mode]:checked")?.value;
    const metNobody = mode === "not_home" || (mode === "phone" && unanswered.querySelector("input").checked);
    form.querySelector("[data-no-change-word]").hidden = metNobody;
    form.querySelector("[data-not-known-word]").hidden = !metNobody;
  }
  const boxes = [...form.querySelectorAll("[data-changes] input[name]")];
  form.addEventListener("change", (event) => {
    changed = true;
    if (event.target.name === "mode") showUnanswered();
    showNone();
    if (event.target === none) { if (none.checked) for (const box of boxes) box.checked = false; else none.checked = !boxes.some((box) => box.checked); }
    else if (boxes.includes(event.target)) none.checked = !boxes.some((box) => box.checked);
  });
  form.addEventListener("input", () => { changed = true; });
  const parts = [...form.querySelectorAll("[data-change]")];
  function showParts() { // a part that is not open is not sent either
    for (const part of parts) {
      const open = boxes.some((box) => box.checked && box.value === part.dataset.change);
      part.hidden = !open;
      part.disabled = !open;
    }
  }
  form.addEventListener("change", showParts);
  showUnanswered();
  showNone();
  showParts();

  // --- The position: only when asked for, to about 100 m
  const place = form.querySelector("[data-place]");
  function setPlace(latitude, longitude, word) {
    form.elements.latitude.value = latitude;
    form.elements.longitude.value = longitude;
    place.querySelector("[data-place-note]").textContent = word;
    place.querySelector("[data-add-place]").hidden = Boolean(latitude);
    place.querySelector("[data-remove-place]").hidden = !latitude;
  }
  if (place && navigator.geolocation) {
    place.hidden = false;
    place.querySelector("[data-add-place]").addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      ({ coords }) => setPlace(coords.latitude.toFixed(3), coords.longitude.toFixed(3), place.dataset.added),
      () => setPlace("", "", place.dataset.none),
      { timeout: 10_000, maximumAge: 60_000 },
    ));
    place.querySelector("[data-remove-place]").addEventListener("click", () => setPlace("", "", ""));
  }

  // --- Offline is said at once, not when it is too late
  function showNetwork() {
    note.hidden = navigator.onLine;
    note.textContent = navigator.onLine ? "" : words.offline;
  }
  window.addEventListener("online", showNetwork);
  window.addEventListener("offline", showNetwork);
  showNetwork();
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  window.addEventListener("draft-dropped", () => { changed = false; });

  // --- Photos: several, each can be taken out again; made smaller before they travel
  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
      if (scale === 1 && file.size < 500_000) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return blob ? new File([blob], file.name, { type: "image/jpeg" }) : file;
    } catch {
      return file; // a format this phone cannot draw: the server decides
    }
  }
  function preview(file) {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${words.remove} ${file.name}`);
    remove.addEventListener("click", () => { photos.splice(photos.indexOf(file), 1); URL.revokeObjectURL(image.src); item.remove(); });
    item.append(image, remove);
    previews.append(item);
  }
  let reading = Promise.resolve();
  if (picker) { // the browser's own control speaks the browser's language and forgets what was chosen before
    const add = form.querySelector("[data-add-photo]");
    picker.hidden = true;
    add.hidden = false;
    add.addEventListener("click", () => picker.click());
    form.querySelector(`legend label[for=${picker.id}]`).removeAttribute("for");
  }
  picker?.addEventListener("change", () => {
    const chosen = [...picker.files];
    picker.value = "";
    reading = reading.then(async () => {
      for (const file of chosen) { const light = await smaller(file); photos.push(light); preview(light); }
    });
  });
  if (picker?.files.length) picker.dispatchEvent(new Event("change")); // chosen before this script was there

  // --- Sending
  function say(sentences) {
    problems.replaceChildren(...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }));
    if (sentences.length) problems.focus();
  }
  function rest(on) {
    sending = on;
    save.disabled = on;
    if (on) { save.dataset.word = save.textContent; save.textContent = words.sending; } else if (save.dataset.word) save.textContent = save.dataset.word;
  }
  function body() {
    const data = new FormData(form);
    if (picker) {
      data.delete(picker.name);
      for (const file of photos) data.append(picker.name, file, file.name);
    }
    return data;
  }
  const post = () => fetch(form.action || window.location.href, { method: "POST", body: body(), headers: { Accept: "application/json" }, credentials: "same-origin" });
  async function freshToken() { // after signing in again on another tab the page's token is stale
    const page = await fetch(window.location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
    const token = parsed.querySelector(".user-menu input[name=csrfmiddlewaretoken]"); // on every page of who is signed in
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
    return Boolean(token);
  }
  async function send() {
    let answer = await post();
    if (answer.status === 403 && (await freshToken())) answer = await post();
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (isJson && answer.ok) {
      changed = false;
      drafts.sent(form);
      window.sessionStorage.setItem("sent", form.elements.client_id.value);
      window.location.assign((await answer.json()).location);
      return true;
    }
    if (isJson && answer.status === 422) say((await answer.json()).problems);
    else say([answer.status >= 500 ? words.failed : words.signedOut]);
    return false;
  }
  async function keep() { // the phone keeps it and sends it; a phone that is full or keeps nothing sends at once
    try {
      await outbox.keep(form, body(), { refused(problems) { rest(false); changed = true; say(problems); } });
    } catch (error) {
      console.warn(error);
      return send();
    }
    changed = false;
    return true;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (sending) return;
    rest(true);
    say([]);
    let left = false;
    try {
      await reading;
      left = outbox.possible ? await keep() : await send();
    } catch {
      note.hidden = true;
      say([words.notSent]);
    }
    if (!left) rest(false);
  });
})();
