// Sends what the outbox holds. For the service worker: importScripts idb.js, store.js, sender.js, then on a "sync" event with the tag "outbox"
// event.waitUntil(sender.sendAll(store, fetch).then((left) => { if (left.unsent) throw new Error("later"); })). Gives `sender`.
"use strict";

const sender = (() => {
  const UNSENT = ["waiting", "sending", "refused"]; // until the server has confirmed the item and each of its photos
  const TRIES = ["waiting", "sending"];
  const LONGEST_WAIT = 300_000; // milliseconds between two tries; their number has no limit
  const KEPT_DAYS = 7; // how long a receipt is shown
  const ITEM_MS = 60_000, PHOTO_MS = 180_000; // until an answer counts as lost
  const LEASE_MS = 200_000; // of the lock where the browser has none
  const changes = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("outbox");

  class Later extends Error {} // no network, or a server that is not well
  class SignedOut extends Error {}

  function changed() { // other tabs and the worker; this page
    changes?.postMessage("changed");
    if (typeof window !== "undefined") window.dispatchEvent(new Event("outbox"));
  }
  const wait = (tries) => Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(tries, 10)) * (0.75 + Math.random() / 2);

  // --- One sender at a time, across tabs and the worker
  async function alone(store, act) {
    if (typeof navigator !== "undefined" && navigator.locks) return navigator.locks.request("outbox", act);
    const db = await store.database();
    const me = Math.random();
    for (;;) { // a lease in the store: whoever dies leaves it behind for a while only
      const tx = db.transaction("meta", "readwrite");
      const held = await tx.store.get("sender");
      if (!held || held.until < Date.now()) await tx.store.put({ me, until: Date.now() + LEASE_MS }, "sender");
      await tx.done;
      if ((await db.get("meta", "sender"))?.me === me) break;
      await new Promise((done) => { setTimeout(done, 1000); });
    }
    const renew = setInterval(() => { db.put("meta", { me, until: Date.now() + LEASE_MS }, "sender"); }, LEASE_MS / 4);
    try { return await act(); } finally { clearInterval(renew); await db.delete("meta", "sender"); }
  }

  // --- Requests
  async function ask(fetch, address, options, patience) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal, ...options });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return { status: answer.type === "opaqueredirect" ? 401 : answer.status, told: isJson ? await answer.json() : null };
    } catch {
      throw new Later();
    } finally {
      clearTimeout(timer);
    }
  }
  async function whoIsIn(fetch) {
    const { status, told } = await ask(fetch, "/outbox/token/", { headers: { Accept: "application/json" } }, ITEM_MS);
    if (status === 401) throw new SignedOut();
    if (status !== 200 || !told?.token) throw new Later();
    return told;
  }
  async function post(fetch, session, user, address, body, patience) {
    const send = () => ask(fetch, address, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": session.token, "X-Written-By": String(user) } }, patience);
    let answer = await send();
    if (answer.status === 403) { // the token of another session
      Object.assign(session, await whoIsIn(fetch));
      answer = await send();
    }
    const { status, told } = answer;
    if (status === 401) throw new SignedOut();
    if (status === 200 && told?.receipt) return { state: told.state, receipt: told.receipt };
    if (status === 409) return { missing: true };
    if (told?.problems && status >= 400 && status < 500) return { problems: told.problems };
    throw new Later(); // also what is no answer of ours: another network's sign-in page, a proxy's error
  }

  // --- One item, then its photos, one a request
  async function sendItem(store, fetch, session, item) {
    const put = (facts) => { Object.assign(item, facts); return store.putAll([{ name: "items", row: item }]).then(changed); };
    try {
      await put({ state: "sending", problem: undefined });
      if (!item.receipt) {
        const { fields } = await store.secretOf(item);
        const body = JSON.stringify({ client_id: item.client_id, kind: item.kind, household: item.household, visit: item.visit, written_on: item.written_on, fields });
        const { problems, state, receipt } = await post(fetch, session, item.user, "/outbox/items/", body, ITEM_MS);
        if (problems) return await put({ state: "refused", problem: problems });
        if (!receipt) throw new Later();
        await put({ receipt, came: state, tries: 0 });
      }
      const problems = await sendPhotos(store, fetch, session, item);
      if (problems.length) return await put({ state: "refused", problem: problems });
      const { title } = await store.secretOf(item);
      Object.assign(item, { state: item.came === "parked" ? "parked" : "sent", next_try: undefined, done: Date.now() });
      await store.putAll([{ name: "items", row: item, secret: { title } }]);
      return changed();
    } catch (error) {
      if (error instanceof SignedOut || error instanceof Later) {
        const tries = error instanceof Later ? (item.tries || 0) + 1 : item.tries;
        await put({ state: "waiting", tries, next_try: error instanceof Later ? Date.now() + wait(tries) : undefined });
      }
      throw error;
    }
  }
  async function sendPhotos(store, fetch, session, item) {
    const db = await store.database();
    const keys = await db.getAllKeysFromIndex("photos", "item", item.client_id);
    const photos = [];
    for (const key of keys) photos.push(await db.get("photos", key)); // sealed
    photos.sort((a, b) => a.order - b.order);
    const problems = [];
    for (const photo of photos) {
      const body = new FormData();
      body.append("client_id", photo.client_id);
      body.append("item", item.client_id);
      body.append("file", new Blob([await store.bytesOf(photo)], { type: "image/jpeg" }), photo.name || "photo.jpg");
      const answer = await post(fetch, session, item.user, "/outbox/photos/", body, PHOTO_MS);
      if (answer.missing) { delete item.receipt; throw new Later(); } // the server was set back: the item goes again
      if (answer.problems) { problems.push(...answer.problems); await store.put("photos", { ...photo, state: "refused" }); continue; }
      Object.assign(item, { photos_left: item.photos_left - 1, tries: 0 });
      await store.putAll([{ name: "items", row: item }], [{ name: "photos", key: photo.client_id }]);
      changed();
    }
    return problems;
  }

  // --- All of who is signed in: in order within a household; another one does not wait for it
  async function run(store, fetch, force) {
    let session;
    let signedOut = false;
    const before = await open(store);
    if (!before.length) return;
    await store.putAll(before.filter((item) => item.state === "sending").map((item) => ({ name: "items", row: { ...item, state: "waiting" } }))); // who sent it is gone
    try { session = await whoIsIn(fetch); } catch (error) { if (!(error instanceof SignedOut) && !(error instanceof Later)) throw error; signedOut = error instanceof SignedOut; }
    if (session || signedOut) { await (await store.database()).put("meta", signedOut, "outbox-signed-out"); changed(); }
    if (!session) return;
    const stuck = new Set();
    for (const { client_id: key } of (await open(store)).sort((a, b) => a.order - b.order)) {
      const item = await store.get("items", key); // as it is now: it may have been discarded
      if (!item || item.user !== session.user || !TRIES.includes(item.state) || stuck.has(item.household)) continue;
      try {
        if (!force && item.next_try > Date.now()) throw new Later();
        await sendItem(store, fetch, session, item);
      } catch (error) {
        if (error instanceof SignedOut) { await (await store.database()).put("meta", true, "outbox-signed-out"); changed(); return; }
        if (!(error instanceof Later)) console.warn(error); // a row that cannot be read: the others do not wait for it
        stuck.add(item.household);
      }
    }
    await forgetOld(store, session.user);
  }
  const open = async (store) => (await (await store.database()).getAll("items")).filter((item) => TRIES.includes(item.state));
  async function forgetOld(store, user) {
    const old = (await store.ofUser("items", user)).filter((item) => item.done && item.done < Date.now() - KEPT_DAYS * 86_400_000);
    await store.putAll([], old.map(({ client_id: key }) => ({ name: "items", key })));
  }

  /** Send all that can be sent now; `force`: also what would wait for its next try. Gives {unsent}: how many items are not through. */
  async function sendAll(store, fetch, { force = false } = {}) {
    await alone(store, () => run(store, (...given) => fetch(...given), force)); // window.fetch minds on what it is called
    return { unsent: (await open(store)).length };
  }

  return { sendAll, UNSENT, TRIES, changes, changed };
})();
