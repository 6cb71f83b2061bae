// Uploads in pieces that resume: choose a file, see how far it is, go on after a lost connection or a reload.
//
// <form data-upload data-begin-url data-purpose> with <input type=file>, <progress>, <output>, and a hidden input
// named `upload` that gets the finished upload's id before the form itself is submitted.

const RETRY_SECONDS = [1, 2, 5, 10, 20, 30];

function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function begin(form, file) {
  const key = `upload:${form.dataset.purpose}:${file.name}:${file.size}:${file.lastModified}`;
  const kept = localStorage.getItem(key);
  if (kept) {
    const answer = await fetch(kept);
    if (answer.ok) {
      const status = await answer.json();
      if (status.state === "open" || status.state === "complete") return { url: kept, status, key };
    }
    localStorage.removeItem(key);
  }
  const body = new URLSearchParams({ purpose: form.dataset.purpose, file_name: file.name, size_bytes: file.size });
  const answer = await fetch(form.dataset.beginUrl, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  const status = await answer.json();
  if (!answer.ok) throw new Error(status.detail);
  localStorage.setItem(key, status.url);
  return { url: status.url, status, key };
}

async function send(form, file) {
  const bar = form.querySelector("progress");
  const say = form.querySelector("output");
  let { url, status, key } = await begin(form, file);
  let failures = 0;
  bar.hidden = false;
  while (status.state === "open") {
    const offset = status.received_bytes;
    const piece = file.slice(offset, offset + status.piece_bytes);
    try {
      const answer = await fetch(url, {
        method: "PUT",
        body: piece,
        headers: { "X-CSRFToken": csrfToken(), "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" },
      });
      if (answer.status >= 500) throw new TypeError("server");
      const next = await answer.json();
      if (!answer.ok && answer.status !== 409) throw new Error(next.detail);
      status = next;
      failures = 0;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      say.textContent = form.dataset.textWaiting;
      await wait(RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length - 1)]);
      failures += 1;
      continue;
    }
    bar.max = status.size_bytes;
    bar.value = status.received_bytes;
    say.textContent = `${Math.floor((100 * status.received_bytes) / status.size_bytes)} %`;
  }
  localStorage.removeItem(key);
  return status.id;
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", async (event) => {
    const field = form.querySelector("input[name=upload]");
    const file = form.querySelector("input[type=file]").files[0];
    if (field.value || !file) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      field.value = await send(form, file);
      form.querySelector("input[type=file]").disabled = true;
      form.submit();
    } catch (error) {
      form.querySelector("output").textContent = error.message;
      button.disabled = false;
    }
  });
}
