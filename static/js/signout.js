// Signing out on this device: what is kept of the user goes. If something was not sent, the person decides what becomes of it.
"use strict";

(() => {
  const dialog = document.getElementById("sign-out-dialog");
  const user = Number(document.querySelector("script[data-user]")?.dataset.user);
  if (!dialog || !user) return;
  const within = (work) => Promise.race([work, new Promise((_done, fail) => { setTimeout(fail, 3000); })]); // a browser may never answer

  function ask({ items, photos }) {
    const question = document.getElementById("sign-out-question");
    question.textContent = question.dataset.word.replace("{items}", items).replace("{photos}", photos);
    dialog.returnValue = "stay";
    dialog.showModal();
    return new Promise((answer) => { dialog.addEventListener("close", () => answer(dialog.returnValue), { once: true }); });
  }
  dialog.querySelector("[value=discard]").addEventListener("click", (event) => { // asked twice: it cannot be undone
    const button = event.currentTarget;
    if (button.dataset.asked) return;
    event.preventDefault();
    button.dataset.asked = "yes";
    button.textContent = button.dataset.sure;
  });

  /** Ends the session; false without network. */
  async function ended(form) {
    try {
      return (await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual", credentials: "same-origin" })).type === "opaqueredirect";
    } catch {
      return false;
    }
  }
  function sayNoNetwork() {
    document.getElementById("sign-out-question").textContent = dialog.dataset.noNetwork;
    dialog.classList.add("no-network");
    dialog.addEventListener("close", () => dialog.classList.remove("no-network"), { once: true });
    dialog.showModal();
  }

  /** What becomes of what was not sent: "keep", "discard", or "" to stay signed in. */
  async function choice() {
    const unsent = await within(store.unsent(user));
    if (!unsent.items && !unsent.photos) return "discard";
    const chosen = await ask(unsent);
    if (chosen === "send") document.dispatchEvent(new Event("send-outbox"));
    return chosen === "keep" || chosen === "discard" ? chosen : "";
  }

  async function leave(form) {
    const chosen = await choice();
    if (!chosen) return;
    if (!(await ended(form))) { sayNoNetwork(); return; } // nothing is taken away from who stays signed in
    window.sessionStorage.clear();
    await within(store.wipe(user, { unsent: chosen === "keep" }));
    window.location.assign(form.dataset.signOut);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]") || form.dataset.plain) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      await leave(form);
    } catch { // a browser that keeps nothing but this tab's drafts
      window.sessionStorage.clear();
      form.dataset.plain = "yes";
      setTimeout(() => form.requestSubmit()); // within its own event a form cannot be sent again
    }
  }, true);
})();
