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

  /** Whether to sign out; what is kept is gone then, but for what the person wants to send later. */
  async function leave() {
    const unsent = await within(store.unsent(user));
    const choice = unsent.items || unsent.photos ? await ask(unsent) : "discard";
    if (choice === "send") document.dispatchEvent(new Event("send-outbox"));
    if (choice !== "keep" && choice !== "discard") return false;
    await within(store.wipe(user, { unsent: choice === "keep" }));
    return true;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]") || form.dataset.left) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    let going = true;
    try { going = await leave(); } catch { /* nothing can be kept here */ }
    if (!going) return;
    window.sessionStorage.clear();
    form.dataset.left = "yes";
    form.requestSubmit();
  }, true);
})();
