// Keeps the page for use without a network, one build at a time; `BUILD` is put in when the page is built.
// A page that is loaded goes on with its build: it fetches nothing later. A newer build waits until it is whole,
// by its hashes, and takes over when a page is loaded next, in any tab.

const NAME = "modemflash BUILD";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const list = new Request("./files.json", { cache: "no-cache" });
    const { files } = await (await fetch(list)).json();
    const wanted = files.filter((each) => each.name !== "service_worker.js").map((each) => {
      const hash = btoa(String.fromCharCode(...each.sha256.match(/../g).map((byte) => parseInt(byte, 16))));
      return new Request(`./${each.name}`, { cache: "no-cache", integrity: `sha256-${hash}` });
    });
    await (await caches.open(NAME)).addAll([list, ...wanted]);
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("modemflash ") && name !== NAME) await caches.delete(name);
    }
  })());
});

self.addEventListener("message", ({ data }) => { if (data === "take over") self.skipWaiting(); });

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith((async () => {
    const isPage = event.request.mode === "navigate";
    if (isPage && registration.waiting) {
      registration.waiting.postMessage("take over");
      return new Response('<link rel="icon" href="icon.svg">', { headers: { refresh: "0", "content-type": "text/html" } });
    }
    const name = isPage && event.request.url.split("?")[0].endsWith("/") ? "./index.html" : event.request;
    const kept = await (await caches.open(NAME)).match(name, { ignoreSearch: true });
    return kept ?? fetch(event.request);
  })());
});
