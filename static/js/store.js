// What a phone keeps of each user, apart and encrypted: pages to read without network, and what is to be sent.
// A classic script for pages and the service worker alike; needs vendor/idb.js. Gives `store`.
"use strict";

const store = (() => {
  const NAME = "bangfu";
  const KEPT = ["pages", "items", "photos"]; // each row: {user, …, sealed: {iv, data}}; what may be seen stays outside

  let opened;
  function database() {
    opened ??= idb.openDB(NAME, 1, {
      upgrade(db) {
        db.createObjectStore("meta"); // name → value: who has signed in last, and settings; nothing of a household
        db.createObjectStore("keys"); // user → a key that no script can read
        db.createObjectStore("pages", { keyPath: ["user", "url"] }).createIndex("user", "user");
        const items = db.createObjectStore("items", { keyPath: "client_id" });
        items.createIndex("user", "user");
        const photos = db.createObjectStore("photos", { keyPath: "client_id" });
        photos.createIndex("user", "user");
        photos.createIndex("item", "item");
      },
      blocking() { opened.then((db) => db.close()); opened = undefined; },
      terminated() { opened = undefined; },
    });
    return opened;
  }

  async function keyOf(user) {
    const db = await database();
    const known = await db.get("keys", user);
    if (known) return known;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const tx = db.transaction("keys", "readwrite"); // two tabs at once: the first key stands
    const first = await tx.store.get(user);
    if (!first) await tx.store.put(made, user);
    await tx.done;
    return first ?? made;
  }

  async function seal(user, bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(user), bytes) };
  }

  async function unseal(user, sealed) {
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, await keyOf(user), sealed.data);
  }

  return {
    database,

    /** Who has signed in on this device last: {id, name}, or undefined. */
    async user() { return (await database()).get("meta", "user"); },
    async setUser(user) { return (await database()).put("meta", user, "user"); },
    /** Nobody is signed in: what is kept of anybody stays, and is shown to nobody. */
    async noUser() { return (await database()).delete("meta", "user"); },
    async meta(name) { return (await database()).get("meta", name); },
    async setMeta(name, value) { return (await database()).put("meta", value, name); },

    /** Keep a row; `secret` (JSON) or `bytes` (ArrayBuffer) are encrypted, the row's other fields are not. */
    async put(name, row, { secret, bytes } = {}) {
      const data = bytes ?? (secret === undefined ? undefined : new TextEncoder().encode(JSON.stringify(secret)));
      const sealed = data === undefined ? row.sealed : await seal(row.user, data); // before the transaction: it would end meanwhile
      return (await database()).put(name, sealed === undefined ? row : { ...row, sealed });
    },
    /** Keep several rows together or none: [{name, row, secret | bytes}]; `remove`: [{name, key}]. On the disk before it returns. */
    async putAll(rows, remove = []) {
      const sealed = [];
      for (const { name, row, secret, bytes } of rows) { // before the transaction: it would end meanwhile
        const data = bytes ?? (secret === undefined ? undefined : new TextEncoder().encode(JSON.stringify(secret)));
        sealed.push([name, data === undefined ? row : { ...row, sealed: await seal(row.user, data) }]);
      }
      const names = [...new Set([...rows, ...remove].map(({ name }) => name))];
      if (!names.length) return;
      const tx = (await database()).transaction(names, "readwrite", { durability: "strict" });
      for (const [name, row] of sealed) tx.objectStore(name).put(row);
      for (const { name, key } of remove) tx.objectStore(name).delete(key);
      await tx.done;
    },
    async get(name, key) { return (await database()).get(name, key); },
    async remove(name, key) { return (await database()).delete(name, key); },
    async ofUser(name, user) { return (await database()).getAllFromIndex(name, "user", user); },
    async secretOf(row) { return JSON.parse(new TextDecoder().decode(await unseal(row.user, row.sealed))); },
    async bytesOf(row) { return unseal(row.user, row.sealed); },

    /** How much of a user has not been sent: {items, photos}. */
    async unsent(user) {
      const of = async (name) => (await this.ofUser(name, user)).filter((row) => !["sent", "parked"].includes(row.state)).length;
      return { items: await of("items"), photos: await of("photos") };
    },

    /** Forget all that is kept of a user, with the key; `unsent`: but for what waits to be sent, and the key while it does. */
    async wipe(user, { unsent = false } = {}) {
      const db = await database();
      const tx = db.transaction(["keys", "meta", ...KEPT], "readwrite");
      let left = 0;
      for (const name of KEPT) {
        const rows = tx.objectStore(name).index("user");
        if (unsent && name !== "pages") left += await rows.count(user);
        else for (const key of await rows.getAllKeys(user)) await tx.objectStore(name).delete(key);
      }
      if (!left) await tx.objectStore("keys").delete(user);
      await tx.objectStore("meta").delete(`kept ${user}`);
      if ((await tx.objectStore("meta").get("user"))?.id === user) await tx.objectStore("meta").delete("user");
      await tx.done;
    },

    /** Forget pages of anybody whose time has passed. */
    async forgetOld(now) {
      const tx = (await database()).transaction("pages", "readwrite");
      for (let at = await tx.store.openCursor(); at; at = await at.continue()) if (at.value.expires < now) await at.delete();
      await tx.done;
    },
  };
})();
