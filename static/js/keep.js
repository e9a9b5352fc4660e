// On each page of who has signed in: remembers who it is; on a cadre's phone keeps the pages for work without network.
// What to keep says the server (visits/keeping.py); each page is encrypted in IndexedDB (store.js) and expires.
"use strict";

(() => {
  const words = document.currentScript.dataset;
  const user = { id: Number(words.user), name: words.name };
  const DAY = 86_400_000;
  const OFTEN = 600_000; // ms between two looks, but for the home page, which always looks
  const HEADERS = ["Content-Type", "Content-Language", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"];
  const isHome = window.location.pathname === "/";

  /** On the home page: since when it can be used without network, or why it cannot. */
  function say(sentence, isKept = false) {
    const place = document.querySelector("[data-kept]");
    if (!place) return;
    place.querySelector("span").textContent = sentence;
    place.querySelector("a").hidden = !isKept;
    place.hidden = false;
  }
  function sayWhen(at) {
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });
    const place = document.querySelector("[data-kept]");
    if (place) say(place.dataset.word.replace("{when}", when.format(at)), true);
  }
  function sayWhyNot() {
    const place = document.querySelector("[data-kept]");
    if (place) say(/MicroMessenger/i.test(navigator.userAgent) ? place.dataset.wechat : place.dataset.cannot);
  }

  const isUser = async () => (await store.user())?.id === user.id;

  /** Fetch and keep one address; false if it could not be had. */
  async function keepOne(url, version, expires) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return false;
    const headers = Object.fromEntries(HEADERS.filter((name) => answer.headers.has(name)).map((name) => [name, answer.headers.get(name)]));
    const bytes = await answer.arrayBuffer();
    if (!(await isUser())) return false; // signed out meanwhile
    await store.put("pages", { user: user.id, url, version, expires, headers }, { bytes });
    return true;
  }

  async function forgetPages(which = () => true) {
    for (const { url } of await store.ofUser("pages", user.id)) if (!url.startsWith("draft ") && which(url)) await store.remove("pages", [user.id, url]);
  }

  async function keepAll() {
    const last = await store.meta(`kept ${user.id}`);
    if (!isHome && last && Date.now() - last.at < OFTEN) return;
    const answer = await fetch(words.list, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.status === 403) await forgetPages(); // no cadre any more
    if (!answer.ok || answer.redirected) return;
    const list = await answer.json();
    if (list.user !== user.id) return; // somebody else has signed in on another tab
    const expires = Date.now() + list.days * DAY;
    const rows = new Map((await store.ofUser("pages", user.id)).map((row) => [row.url, row]));
    const wanted = [...list.pages, ...list.pictures.map((url) => ({ url, version: "" }))]; // a photo never changes
    const gone = new Set(rows.keys());
    let whole = true;
    for (const { url, version } of wanted) {
      gone.delete(url);
      const row = rows.get(url);
      if (row?.version === version) await store.put("pages", { ...row, expires });
      else whole = (await keepOne(url, version, expires)) && whole;
      if (!(await isUser())) return;
    }
    await forgetPages((url) => gone.has(url));
    if (whole) await store.setMeta(`kept ${user.id}`, { at: Date.now() });
  }

  async function start() {
    const [visit] = performance.getEntriesByType("navigation");
    if (visit?.type !== "back_forward") await store.setUser(user); // a page from the past says nothing of the present
    if (!words.list) return;
    const before = await store.meta(`kept ${user.id}`);
    if (before) sayWhen(before.at);
    if (document.readyState !== "complete") await new Promise((done) => { window.addEventListener("load", done, { once: true }); });
    const registered = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    if (!registered) return;
    await store.forgetOld(Date.now());
    if (window.matchMedia("(display-mode: standalone)").matches) await navigator.storage?.persist?.();
    await navigator.locks.request("keep", { ifAvailable: true }, async (lock) => { if (lock) await keepAll(); });
    const after = await store.meta(`kept ${user.id}`);
    if (after) sayWhen(after.at);
  }

  const able = "serviceWorker" in navigator && "indexedDB" in window && "locks" in navigator && window.crypto?.subtle;
  if (!able) { if (words.list) sayWhyNot(); if ("indexedDB" in window) store.setUser(user).catch(() => {}); return; }
  start().catch(() => {}); // no network, or a browser that keeps nothing: the pages work as ever
})();
