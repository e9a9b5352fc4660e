// Photos of a referral are made smaller before they travel. Without this script, or where it fails, they go as they are.
"use strict";

(() => {
  const LONGEST_EDGE = 1600;
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
  for (const picker of document.querySelectorAll("form[data-once] input[type=file]")) {
    const send = picker.form.querySelector("button:not([type=button])");
    picker.addEventListener("change", async () => {
      send.disabled = true;
      const chosen = new DataTransfer();
      for (const file of picker.files) chosen.items.add(await smaller(file));
      picker.files = chosen.files; // raises no second change
      send.disabled = false;
    });
  }
})();
