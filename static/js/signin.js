// On the sign-in page: who signed in here last and has not signed out can read the phone's copy without it.
"use strict";

(async () => {
  const user = await store.user();
  const page = user && (await store.get("pages", [user.id, "/offline/"]));
  if (page && page.expires > Date.now()) document.querySelector("[data-own-copy]").hidden = false;
})().catch(() => {}); // a browser that keeps nothing
