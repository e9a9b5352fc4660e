// The service worker: static files from its cache; pages from the network, and without it from what keep.js keeps
// encrypted of who signed in last. `config` (core/installing.py) stands in front: version, files, scripts, addresses.
// Nothing personal is in the cache; a new version of this file changes nothing in IndexedDB.
importScripts(...config.scripts); // idb, store, sender

const CACHE = `bangfu ${config.version}`;
const WAIT = 4000; // ms; then a copy is better than the page that is still on its way
const DOWN = new Set([502, 503, 504]);
const LIST = "/offline/";
const HASH = /\.[0-9a-f]{12}(?=\.)/; // of a static file's content, in its name

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(config.files.map((file) => new Request(file, { cache: HASH.test(file) ? "default" : "no-cache" })));
    await cache.add(new Request(config.nothing, { credentials: "omit", cache: "no-cache" }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("bangfu ") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
    await store.forgetOld(Date.now());
  })());
});

self.addEventListener("sync", (event) => { // the network is back, the page may be gone
  if (event.tag !== "outbox") return;
  event.waitUntil(sender.sendAll(store, fetch).then(({ unsent }) => { if (unsent) throw new Error("later"); }));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && request.mode === "navigate" && [config.signIn, config.signOut].includes(url.pathname)) event.respondWith(changeOfUser(request, url));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(staticFile(request, url));
  else if (/^\/visits\/photos\/\d+\/$/.test(url.pathname) && url.searchParams.has("thumb")) event.respondWith(picture(request, url));
});

/** Sign-in or sign-out: once it has succeeded nothing of who was signed in before is shown. */
async function changeOfUser(request, url) {
  let answer;
  try { answer = await fetch(request); } catch (error) { return nothing(error); }
  if (answer.type === "opaqueredirect") {
    try {
      const user = await store.user();
      if (user && url.pathname === config.signOut) await store.wipe(user.id, { unsent: true });
      else await store.noUser(); // the first page says who it is
    } catch { /* nothing can be kept here */ }
  }
  return answer;
}

async function staticFile(request, url) {
  const cache = await caches.open(CACHE);
  if (HASH.test(url.pathname)) {
    const found = await cache.match(request, { ignoreVary: true });
    if (found) return found;
  }
  try {
    return await fetch(request);
  } catch (error) { // a page kept by an earlier release names files by their earlier hash
    const plain = url.pathname.replace(HASH, "");
    const name = config.files.find((file) => file.replace(HASH, "") === plain);
    const found = name && (await cache.match(name, { ignoreVary: true }));
    if (found) return found;
    throw error;
  }
}

/** What is kept at this address of who signed in last; undefined if nothing, or if its time has passed. */
async function kept(address) {
  try {
    const user = await store.user();
    const row = user && (await store.get("pages", [user.id, address]));
    if (!row || row.expires < Date.now()) return undefined;
    return new Response(await store.bytesOf(row), { headers: row.headers });
  } catch {
    return undefined;
  }
}

/** The kept address that says what a page says. */
function counterpart(url) {
  const household = url.pathname.match(/^\/households\/(\d+)\/$/)?.[1] ?? url.searchParams.get("household");
  if (url.pathname === "/") return LIST;
  if (!household) return undefined;
  if (url.pathname.startsWith("/households/")) return `${LIST}households/${household}/`;
  if (url.pathname === "/visits/new/") return `${LIST}households/${household}/#visit`;
  if (url.pathname === "/needs/new/") return `${LIST}households/${household}/need/`;
  return undefined;
}

/** From the network; where it fails or lets wait, to the phone's copy. The copy's own addresses come from the phone. */
async function page(request, url) {
  const own = await kept(url.pathname);
  if (own && url.pathname.startsWith(LIST)) return own;
  const instead = counterpart(url);
  let failed = false;
  const network = fetch(request);
  const arrived = network.then((answer) => (DOWN.has(answer.status) ? undefined : answer)).catch(() => undefined);
  const late = new Promise((done) => { if (instead || own) setTimeout(done, WAIT, "late"); });
  const first = await Promise.race([arrived, late]);
  if (first && first !== "late") return first;
  if (first !== "late") failed = true;
  if (own) return own;
  for (const address of [instead, failed ? LIST : undefined]) {
    if (address && (await kept(address.split("#")[0]))) return Response.redirect(address, 302);
  }
  try {
    return await network;
  } catch (error) {
    return nothing(error);
  }
}

async function nothing(error) {
  const page = await caches.match(config.nothing, { ignoreVary: true });
  if (page) return page;
  throw error;
}

async function picture(request, url) {
  return (await kept(url.pathname + url.search)) ?? fetch(request);
}
